/** A small editor over the text area, whose value it keeps; without it the text area takes plain paragraphs. */
import { Writing, type Tool } from '@/shared/writing'
import { element, icon, type PageData } from './page'

const SIGNS: Record<Tool, () => Node> = {
  bold: () => element('b', {}, 'B'),
  italic: () => element('i', {}, 'I'),
  bullets: () => icon('ul'),
  numbers: () => icon('ol'),
}

export function followRichText(source: HTMLTextAreaElement, { texts }: PageData): void {
  const label = source.closest('.field')?.querySelector('label')
  if (source.readOnly || !label) return
  label.id = `${source.id}-l`
  const area = element('div', { class: 'in', contenteditable: 'true', role: 'textbox', 'aria-multiline': 'true', 'aria-labelledby': label.id, 'data-focus': '' })
  for (const name of ['aria-describedby', 'aria-required', 'aria-invalid']) {
    const given = source.getAttribute(name)
    if (given) area.setAttribute(name, given)
  }
  const write = () => {
    source.value = writing.value
    source.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const writing = new Writing(area, write)
  const buttons = (Object.keys(SIGNS) as Tool[]).map((tool) => {
    const made = button(texts[tool], SIGNS[tool](), () => (writing.use(tool), write(), mark()))
    return { tool, made }
  })
  const mark = () => buttons.forEach(({ tool, made }) => made.setAttribute('aria-pressed', String(writing.isOn(tool))))
  const address = addressRow(writing, write, texts)
  const link = button(texts.link, icon('link'), () => {
    writing.remember()
    address.hidden = false
    address.querySelector('input')?.focus()
  })
  const bar = element('div', { class: 'bar', role: 'toolbar', 'aria-label': label.firstChild?.textContent ?? '' }, ...buttons.map(({ made }) => made), link, address)
  source.hidden = true
  source.before(element('div', { class: 'rich' }, bar, area))
  label.addEventListener('click', () => area.focus())
  document.addEventListener('selectionchange', mark)
  const read = () => document.activeElement !== area && (writing.value = source.value)
  source.form?.addEventListener('input', read)
  read()
}

function addressRow(writing: Writing, write: () => void, texts: Record<string, string>): HTMLElement {
  const input = element('input', { type: 'url', inputmode: 'url', 'aria-label': texts.link_address ?? '', placeholder: 'example.com' })
  const row = element('div', { class: 'address', hidden: '' }, input)
  const close = (does: boolean) => {
    row.hidden = true
    if (does) writing.link(input.value)
    input.value = ''
    write()
  }
  row.append(button(texts.apply, texts.apply ?? '', () => close(true)))
  input.addEventListener('input', (event) => event.stopPropagation())
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' && event.key !== 'Escape') return
    event.preventDefault()
    close(event.key === 'Enter')
  })
  return row
}

function button(words: string | undefined, sign: Node | string, act: () => void): HTMLButtonElement {
  const made = element('button', { type: 'button', 'aria-label': words ?? '', title: words ?? '' }, sign)
  made.addEventListener('mousedown', (event) => event.preventDefault()) // the marked text stays marked
  made.addEventListener('click', act)
  return made
}
