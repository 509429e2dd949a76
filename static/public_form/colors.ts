/** The browser's own colour picker beside the text, which keeps the answer. */
import { element, type PageData } from './page'

export function followColor(box: HTMLElement, { texts }: PageData): void {
  const text = box.querySelector<HTMLInputElement>('.in')
  if (!text || text.readOnly) return
  const swatch = element('input', { type: 'color', class: 'swatch', 'aria-label': texts.pick_color ?? '' })
  const read = () => {
    const found = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.value.trim())?.[1]
    swatch.value = !found ? '#ffffff' : `#${found.length === 6 ? found : [...found].map((one) => one + one).join('')}`
  }
  swatch.addEventListener('input', (event) => {
    event.stopPropagation()
    text.value = swatch.value
    text.dispatchEvent(new Event('input', { bubbles: true }))
  })
  text.form?.addEventListener('input', read)
  box.prepend(swatch)
  read()
}
