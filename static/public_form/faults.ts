/** Shows what doesn't fit: beneath its question, and in the summary at the top that links to each. */
import { boxOf, element, fill, icon, type PageData } from './page'

export interface Fault {
  /** The field, or empty for the page as a whole. */
  field: string
  message: string
}

export class Faults {
  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
  ) {}

  has(id: string): boolean {
    return document.getElementById(`e-${id}`) !== null
  }

  /** Show one fault beneath its question; an empty message takes it away. */
  show(id: string, message: string): void {
    const box = boxOf(this.form, id)
    if (!box) return
    document.getElementById(`e-${id}`)?.remove()
    const target = box.querySelector('fieldset, .in, input') ?? box
    const described = (target.getAttribute('aria-describedby') ?? '').split(' ').filter((one) => one && one !== `e-${id}`)
    if (message) {
      const away = element('span', { class: 'away' }, this.data.texts.error ?? '')
      box.append(element('p', { class: 'error', id: `e-${id}` }, icon('warn'), element('span', {}, away, message)))
      described.push(`e-${id}`)
    }
    set(target, 'aria-invalid', message ? 'true' : '')
    set(target, 'aria-describedby', described.join(' '))
  }

  /** Show all of them and move the focus to the summary. */
  summarise(faults: readonly Fault[]): void {
    const place = document.getElementById('summary')
    if (!place) return
    for (const field of this.data.fields) if (!faults.some((fault) => fault.field === field.id)) this.show(field.id, '')
    for (const cell of this.form.querySelectorAll<HTMLElement>('[data-row] [data-field]')) this.show(cell.dataset.field ?? '', '')
    place.replaceChildren()
    if (!faults.length) return
    const list = element('ul')
    for (const fault of faults) {
      if (fault.field) this.show(fault.field, fault.message)
      list.append(element('li', {}, this.link(fault)))
    }
    const isWhole = faults.some((fault) => !fault.field)
    const heading = isWhole ? this.data.texts.not_sent : faults.length === 1 ? this.data.texts.summary_one : this.data.texts.summary_many
    const summary = element('div', { class: 'summary', role: 'alert', tabindex: '-1' }, element('h2', {}, icon('warn'), fill(heading, { n: faults.length })), list)
    place.append(summary)
    summary.focus()
    summary.scrollIntoView({ block: 'center' })
  }

  private link(fault: Fault): Node | string {
    const field = this.data.fields.find((one) => one.id === fault.field)
    const box = boxOf(this.form, fault.field)
    const first = box?.querySelector<HTMLElement>('[data-focus]') ?? box?.querySelector<HTMLElement>('input:not([type=hidden]), select:not([hidden]), textarea')
    if (!first) return fault.message
    const isAsked = fault.message === field?.must
    const label = (boxOf(this.form, fault.field)?.querySelector('label, legend')?.firstChild?.textContent ?? '').trim().replace(/[?？:：*]+$/, '')
    const row = box?.closest<HTMLElement>('[data-row]')?.dataset.row
    const before = row ? `${fill(this.data.texts.row_title, { n: Number(row) + 1 })} ` : ''
    const words = isAsked ? fault.message : `${before}${label}${document.documentElement.lang === 'en' ? ': ' : '：'}${fault.message}`
    const made = element('a', { href: `#${first.id}` }, words)
    made.addEventListener('click', (event) => {
      event.preventDefault()
      first.dispatchEvent(new Event('reveal', { bubbles: true }))
      first.focus()
      boxOf(this.form, fault.field)?.scrollIntoView({ block: 'center' })
    })
    return made
  }
}

function set(target: Element, name: string, value: string): void {
  if (value) target.setAttribute(name, value)
  else target.removeAttribute(name)
}
