/** Writing with a little markup in an editable element: what its tools do, and what came of it. */
import { addressOf, elementsOf, inBlocks, isMarkup } from './richtext'

export const TOOLS = { bold: 'bold', italic: 'italic', bullets: 'insertUnorderedList', numbers: 'insertOrderedList' } as const
export type Tool = keyof typeof TOOLS

// `execCommand` is called obsolete, but nothing has replaced it and every browser has it.
const run = (command: string, value?: string) => document.execCommand(command, false, value)

export class Writing {
  private kept: Range | null = null

  constructor(readonly area: HTMLElement, changed: () => void) {
    area.addEventListener('focus', () => run('defaultParagraphSeparator', 'p'))
    area.addEventListener('input', changed)
    area.addEventListener('paste', (event) => {
      event.preventDefault()
      run('insertText', event.clipboardData?.getData('text/plain') ?? '')
    })
  }

  get value(): string {
    return this.area.textContent?.trim() ? inBlocks(this.area.innerHTML) : ''
  }
  set value(html: string) {
    if (html !== this.value) this.area.replaceChildren(elementsOf(isMarkup(html) ? html : html.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('\n', '<br>')))
  }

  use(tool: Tool): void {
    this.area.focus()
    run(TOOLS[tool])
  }
  isOn(tool: Tool): boolean {
    return document.activeElement === this.area && document.queryCommandState(TOOLS[tool])
  }

  /** Remember what is marked while the address of a link is typed elsewhere. */
  remember(): void {
    const marked = window.getSelection()
    this.kept = marked?.rangeCount && this.area.contains(marked.anchorNode) ? marked.getRangeAt(0).cloneRange() : null
  }

  /** Link what was marked, or write the address where nothing was; an empty address takes the link away. */
  link(typed: string): void {
    const address = addressOf(typed)
    this.area.focus()
    const marked = window.getSelection()
    if (this.kept && marked) {
      marked.removeAllRanges()
      marked.addRange(this.kept)
    }
    if (address && marked?.isCollapsed) {
      run('insertText', address)
      for (let back = 0; back < address.length; back += 1) marked.modify('extend', 'backward', 'character')
    }
    if (address) run('createLink', address)
    else if (!typed.trim()) run('unlink')
  }
}
