/** The cards of a form: which there are as the rules stand, which one is seen, how far it is. */
import { element, fill, icon, type PageData } from './page'

const CARDS = '.grid > .field, .grid > .note'
const FOCUSABLE = 'input:not([type=hidden]):not([hidden]), select:not([hidden]), textarea:not([hidden]), [contenteditable=true], button:not([hidden]), a[href]'

export class Cards {
  private readonly all: HTMLElement[]
  private readonly send = document.getElementById('send') as HTMLButtonElement
  private readonly back = element('button', { type: 'button', class: 'plain-button back' }, icon('left'))
  private readonly next = element('button', { type: 'button', class: 'primary next' })
  private readonly hint = element('p', { class: 'key-hint', 'aria-hidden': 'true' })
  private readonly words = element('p', { class: 'step-words num' })
  private readonly bar = element('progress', { 'aria-hidden': 'true' })
  private readonly told = element('p', { class: 'away', role: 'status' })
  private readonly place: string
  current: HTMLElement | undefined

  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
  ) {
    this.all = [...form.querySelectorAll<HTMLElement>(CARDS)]
    this.place = `formloom:card:${data.draft}`
    form.querySelectorAll('details').forEach((one) => (one.open = true))
    this.next.append(data.texts.card_ok ?? '', icon('check'))
    this.back.setAttribute('aria-label', data.texts.back ?? '')
    this.back.addEventListener('click', () => this.retreat())
    this.next.addEventListener('click', () => this.forward())
    this.send.before(this.back, this.next, this.hint)
    form.prepend(element('div', { class: 'steps' }, this.words, this.bar), this.told)
    form.addEventListener('reveal', (event) => this.reveal(event.target as Element))
    for (const name of ['input', 'change']) form.addEventListener(name, () => this.draw())
    form.addEventListener('submit', (event) => this.hold(event), { capture: true })
    form.addEventListener('reset', () => this.show(this.shown[0], false))
    this.show(this.first(), false)
    document.documentElement.classList.add('cards')
  }

  /** Those that the rules let be seen. */
  get shown(): HTMLElement[] {
    return this.all.filter((card) => !card.closest('[data-away]'))
  }

  get isLast(): boolean {
    return this.shown.at(-1) === this.current
  }

  /** What can have the focus in the card that is seen. */
  get stops(): HTMLElement[] {
    return [...(this.current?.querySelectorAll<HTMLElement>(FOCUSABLE) ?? [])].filter((one) => one.offsetParent !== null || one.getClientRects().length > 0)
  }

  /** Go on, unless what stands here does not fit; on the last card send the form. */
  forward(): void {
    if (!this.accepts()) return
    if (this.isLast) return this.form.requestSubmit(this.send)
    this.turn(1)
  }

  retreat(): void {
    this.turn(-1)
  }

  private turn(by: number): void {
    const { shown } = this
    const to = shown[shown.indexOf(this.current as HTMLElement) + by]
    if (!to) return
    this.form.dataset.going = by > 0 ? 'on' : 'back'
    this.show(to, true)
  }

  /** Ask the page whether the answer fits; it shows by itself what does not. */
  private accepts(): boolean {
    const field = this.current?.dataset.field
    if (!field || !this.form.dispatchEvent(new CustomEvent('ask', { detail: field, cancelable: true }))) {
      this.told.textContent = this.current?.querySelector('.error')?.textContent ?? ''
      if (field) this.focus()
      return !field
    }
    return true
  }

  private reveal(inside: Element): void {
    const card = inside.closest<HTMLElement>(CARDS)
    if (card && card !== this.current) this.show(card, false)
  }

  /** A submission that the browser makes by itself, by Enter in a line of text, only means: the next question. */
  private hold(event: SubmitEvent): void {
    if ((event.submitter as HTMLButtonElement | null)?.name === '_lang') return this.keep()
    if (this.isLast || !this.shown.length) return
    event.preventDefault()
    event.stopImmediatePropagation()
    this.forward()
  }

  private show(card: HTMLElement | undefined, withFocus: boolean): void {
    this.current = card
    this.draw()
    this.keep()
    if (!withFocus) return
    document.body.classList.add('begun')
    this.told.textContent = ''
    this.focus()
    window.scrollTo({ top: 0 })
  }

  private focus(): void {
    const checked = this.stops.find((one) => one instanceof HTMLInputElement && one.type === 'radio' && one.checked)
    const first = checked ?? this.stops[0] ?? this.current
    if (first === this.current) first?.setAttribute('tabindex', '-1')
    first?.focus({ preventScroll: true })
  }

  /** Draw again: the rules may have put cards in or taken them away. */
  private draw(): void {
    const { shown } = this
    if (!this.current || !shown.includes(this.current)) this.current = shown[Math.max(0, this.before(shown))]
    const at = this.current ? shown.indexOf(this.current) : 0
    for (const card of this.all) {
      card.toggleAttribute('data-later', card !== this.current)
      card.toggleAttribute('data-now', card === this.current)
    }
    const words = fill(this.data.texts.card_of, { n: at + 1, of: Math.max(1, shown.length) })
    if (this.words.textContent !== words) {
      this.words.textContent = words
      this.words.setAttribute('aria-label', fill(this.data.texts.card_told, { n: at + 1, of: shown.length }))
    }
    Object.assign(this.bar, { max: Math.max(1, shown.length), value: at + 1 })
    this.back.hidden = at <= 0
    this.next.hidden = this.isLast
    this.send.hidden = !this.isLast
    this.hint.textContent = this.data.texts[this.current?.querySelector('textarea.in, [contenteditable]') ? 'card_line' : 'card_enter'] ?? ''
  }

  /** Where among those shown the last card stands that comes before the one that went away. */
  private before(shown: HTMLElement[]): number {
    const gone = this.all.indexOf(this.current as HTMLElement)
    return shown.findLastIndex((card) => this.all.indexOf(card) <= gone)
  }

  /** Where to begin: at what does not fit, where somebody was before, else at the first card. */
  private first(): HTMLElement | undefined {
    const wrong = this.all.find((card) => card.querySelector('[aria-invalid]'))
    if (wrong) return wrong
    const kept = attempt(() => sessionStorage.getItem(this.place))
    const isBack = !this.data.fresh || attempt(() => localStorage.getItem(`formloom:${this.data.draft}`)) !== null
    return (kept && isBack ? this.shown.find((card) => card.dataset.field === kept) : undefined) ?? this.shown[0]
  }

  private keep(): void {
    if (this.data.path) attempt(() => sessionStorage.setItem(this.place, this.current?.dataset.field ?? ''))
  }
}

/** Storage may be forbidden; then a reload begins at the first card. */
function attempt<T>(act: () => T): T | null {
  try {
    return act()
  } catch {
    return null
  }
}
