/** Shows, hides and demands questions as the rules say, while somebody answers; touches only what has changed. */
import { compile, fieldsOf, kindsOf } from '@/shared/conditions'
import { compileRules, type Seen } from '@/shared/rules'
import type { Fault } from './faults'
import { boxOf, comparable, type Answers, type FieldData, type PageData } from './page'

/** What scripts hear that do more with what the rules say; they add the fields whose answers they changed. */
export interface Judged {
  seen: Seen
  answers: Answers
  changed: FieldData[]
  /** The fields as the page's own script has them. */
  fields: FieldData[]
}

export class Showing {
  private readonly judge: ReturnType<typeof compileRules>
  private drawn: Seen | null = null
  seen: Seen

  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
  ) {
    this.judge = compileRules(data.fields, data.rules, { zone: data.zone, start: comparable(data.fields, data.effects?.start ?? {}) })
    this.seen = this.judge({})
  }

  /**
   * Judge these answers and draw what is different now; other scripts of the page hear of it, and the fields whose
   * answers they changed are returned.
   */
  update(given: Answers): FieldData[] {
    const { drawn } = this
    const answers = this.told(given)
    const seen = (this.seen = this.drawn = this.judge(comparable(this.data.fields, answers)))
    if (this.data.fields.length > seen.visible.size) this.told(this.visibleOf(given))
    if (drawn?.visible !== seen.visible || drawn.required !== seen.required) {
      for (const field of this.data.fields) this.draw(field, seen, drawn)
    }
    const judged: Judged = { seen, answers: given, changed: [], fields: this.data.fields }
    this.form.dispatchEvent(new CustomEvent('judged', { detail: judged }))
    return judged.changed
  }

  private draw({ id, kind }: FieldData, seen: Seen, drawn: Seen | null): void {
    const [isVisible, isRequired] = [seen.visible.has(id), seen.required.has(id)]
    if (drawn && isVisible === drawn.visible.has(id) && isRequired === drawn.required.has(id)) return
    const box = boxOf(this.form, id)
    if (!box) return
    box.toggleAttribute('data-away', !isVisible)
    if (kind === null) return
    box.querySelector('[data-must]')?.toggleAttribute('hidden', !isRequired)
    box.querySelector('[data-optional]')?.toggleAttribute('hidden', isRequired)
    const input = box.querySelector('fieldset[role], .in')
    if (isRequired) input?.setAttribute('aria-required', 'true')
    else input?.removeAttribute('aria-required')
  }

  /** The answers with what other scripts of the page add to them, such as what is computed; they hear of every change. */
  private told(given: Answers): Answers {
    const answers = { ...given }
    this.form.dispatchEvent(new CustomEvent('answers', { detail: answers }))
    return answers
  }

  /** What must be true of these answers and isn't; silent about what is hidden. */
  broken(answers: Answers): Fault[] {
    const kinds = kindsOf(this.data.fields)
    const values = comparable(this.data.fields, this.visibleOf(this.told(answers)))
    return (this.data.checks ?? []).flatMap(({ when, message, fields }) => {
      const isSilent = fieldsOf(when).some((id) => !this.seen.visible.has(id))
      return isSilent || compile(when, kinds, { zone: this.data.zone })(values) ? [] : (fields.length ? fields : ['']).map((field) => ({ field, message }))
    })
  }

  /** The answers of visible questions only: nobody sends what was hidden from him. */
  visibleOf(answers: Answers): Answers {
    return Object.fromEntries(Object.entries(answers).filter(([id]) => this.seen.visible.has(id)))
  }
}
