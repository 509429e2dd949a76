/**
 * A long form in steps: one page at a time, with its progress. Pages that the rules hide are no steps. Without a
 * script all pages stand below each other, so nothing here is needed to answer.
 */
import { element, fill, type FieldData, type PageData } from './page'

export class Pages {
  private readonly all: HTMLElement[]
  private readonly back = element('button', { type: 'button', class: 'plain-button back' })
  private readonly next = element('button', { type: 'button', class: 'primary next' })
  private readonly words = element('p', { class: 'step-words', role: 'status' })
  private readonly bar = element('progress', { 'aria-hidden': 'true' })
  private current: HTMLElement | undefined

  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
    private readonly send: HTMLButtonElement,
    private readonly mayLeave: (fields: FieldData[]) => boolean,
  ) {
    this.all = 'cards' in form.dataset ? [] : [...form.querySelectorAll<HTMLElement>('[data-page]')]
    if (!this.are) return
    this.back.textContent = data.texts.back ?? ''
    this.next.textContent = data.texts.next ?? ''
    this.back.addEventListener('click', () => this.turn(-1))
    this.next.addEventListener('click', () => this.forward())
    send.before(this.back, this.next)
    form.querySelector('.steps')?.replaceChildren(this.words, this.bar) // its room is kept from the start
    form.addEventListener('reveal', (event) => this.show((event.target as Element).closest<HTMLElement>('[data-page]') ?? undefined))
    this.update()
  }

  get are(): boolean {
    return this.all.length > 1
  }

  get isLast(): boolean {
    return !this.are || this.steps.at(-1) === this.current
  }

  private get steps(): HTMLElement[] {
    return this.all.filter((page) => !page.hasAttribute('data-away') && [...page.querySelectorAll('[data-field]')].some((one) => !one.hasAttribute('data-away')))
  }

  /** Draw again after the rules changed what is seen. */
  update(): void {
    if (!this.are) return
    const { steps } = this
    if (!this.current || !steps.includes(this.current)) this.current = steps[0]
    const at = this.current ? steps.indexOf(this.current) : 0
    this.all.forEach((page) => page.toggleAttribute('data-later', page !== this.current))
    this.words.textContent = fill(this.data.texts.step, { n: at + 1, of: steps.length })
    Object.assign(this.bar, { max: steps.length, value: at + 1 })
    this.back.hidden = at === 0
    this.next.hidden = this.isLast
    this.send.hidden = !this.isLast
  }

  /** Go to the next page, unless something on this one is missing. */
  forward(): void {
    const here = this.data.fields.filter((field) => this.current?.querySelector(`[data-field="${field.id}"]`))
    if (this.mayLeave(here)) this.turn(1)
  }

  private turn(by: number): void {
    const { steps } = this
    this.show(steps[steps.indexOf(this.current as HTMLElement) + by])
    const heading = this.current?.querySelector('h2') ?? this.words
    heading.setAttribute('tabindex', '-1')
    heading.focus({ preventScroll: true })
    this.words.scrollIntoView({ block: 'center' })
  }

  private show(page: HTMLElement | undefined): void {
    if (!page || !this.are) return
    this.current = page
    this.update()
  }
}
