/**
 * Records of other forms, found as somebody types. Only pages with too many to list load this file. What was chosen
 * stays in the list, whatever is found next. Where the server can't be asked so, the button sends the page instead.
 */
import { answerOf, boxOf, element, type Answers, type PageData } from './page'

const PAUSE_MS = 300
const LEAST = 2
const form = document.getElementById('form') as HTMLFormElement | null
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData

interface Found {
  choices: { id: string; label: string }[]
  note: string
}

class Choosing {
  private readonly box: HTMLElement
  private readonly find: HTMLElement
  private readonly input: HTMLInputElement
  private readonly button: HTMLButtonElement
  private readonly note: HTMLElement
  private readonly list: HTMLElement
  private timer = 0
  private round = 0
  private asked: string

  constructor(
    private readonly form: HTMLFormElement,
    private readonly about: { id: string; keys: string[]; many: boolean },
  ) {
    this.box = boxOf(form, about.id) as HTMLElement
    this.find = this.box.querySelector('[data-find]') as HTMLElement
    this.input = this.find.querySelector('input') as HTMLInputElement
    this.button = this.find.querySelector('button') as HTMLButtonElement
    this.note = this.box.querySelector('[role=status]') as HTMLElement
    this.list = this.box.querySelector('.options') as HTMLElement
    this.asked = this.question()
    this.input.addEventListener('input', () => this.later())
    this.input.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.isComposing) return
      event.preventDefault()
      event.stopPropagation()
      void this.search()
    })
    this.button.addEventListener('click', (event) => {
      if (this.button.dataset.plain) return
      event.preventDefault()
      this.asked = ''
      void this.search()
    })
    this.find.addEventListener('put', (event) => void this.put((event as CustomEvent<unknown>).detail))
    if (about.keys.length) form.addEventListener('change', (event) => about.keys.includes((event.target as Element).closest('[data-field]')?.getAttribute('data-field') ?? '') && this.later())
  }

  private later(): void {
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.search(), PAUSE_MS)
  }

  private values(): Answers {
    return Object.fromEntries(data.fields.filter((field) => this.about.keys.includes(field.id)).map((field) => [field.id, answerOf(this.form, field, data)]))
  }

  private question(): string {
    const words = this.input.value.trim()
    return JSON.stringify([words.length < LEAST ? '' : words, this.values()])
  }

  private async search(): Promise<void> {
    window.clearTimeout(this.timer)
    const question = this.question()
    if (!data.path || question === this.asked) return
    this.asked = question
    const mine = ++this.round
    const found = await this.ask({ q: this.input.value.trim() })
    if (mine !== this.round) return
    if (!found) {
      this.button.dataset.plain = '1'
      this.note.textContent = data.find_failed ?? ''
      return
    }
    this.draw(found)
  }

  private async ask(what: { q?: string; ids?: string[] }): Promise<Found | null> {
    const token = (this.form.elements.namedItem('_token') as HTMLInputElement | null)?.value ?? ''
    const path = data.path.replace(/\/own\/.*$/, '')
    const answer = await fetch(`${path}/choices/${this.about.id}?locale=${document.documentElement.lang}${data.carried ?? ''}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ form_token: token, values: this.values(), ...what }),
      credentials: 'same-origin',
    }).catch(() => null)
    return answer?.ok ? ((await answer.json()) as Found) : null
  }

  private get options(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>('label:not([data-none])')]
  }

  /** Draw what was found below what is chosen. */
  private draw(found: Found): void {
    const chosen = this.options.filter((one) => one.querySelector('input')?.checked)
    const known = new Set(chosen.map((one) => one.querySelector('input')?.value))
    for (const one of this.options) if (!chosen.includes(one)) one.remove()
    this.list.append(...found.choices.filter((one) => !known.has(one.id)).map((one) => this.option(one.id, one.label)))
    this.list.hidden = !this.options.length
    this.list.scrollTop = 0
    this.note.textContent = found.note
  }

  private option(id: string, label: string): HTMLElement {
    const input = element('input', { type: this.about.many ? 'checkbox' : 'radio', name: this.about.id, value: id, id: `q-${this.about.id}-${id}` })
    return element('label', { class: 'option' }, input, element('span', {}, label))
  }

  /** A draft is put back: what was chosen stands in the list at once, and is called by its name a moment later. */
  private async put(answer: unknown): Promise<void> {
    const wanted = [answer].flat().filter((one): one is string => typeof one === 'string' && one !== '')
    const missing = wanted.filter((id) => !this.options.some((one) => one.querySelector('input')?.value === id))
    if (!missing.length) return
    this.list.prepend(...missing.map((id) => this.option(id, '…')))
    this.list.hidden = false
    const found = await this.ask({ ids: missing })
    for (const id of missing) {
      const one = this.options.find((option) => option.querySelector('input')?.value === id)
      const label = found?.choices.find((choice) => choice.id === id)?.label
      if (label) one?.querySelector('span')?.replaceChildren(label)
      else if (found) one?.remove()
    }
  }
}

if (form) for (const about of data.choosing ?? []) new Choosing(form, about)
