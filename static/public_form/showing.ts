/** Shows, hides and demands questions as the rules say, while somebody answers. */
import { compileRules, type Seen } from '@/shared/rules'
import { boxOf, comparable, type Answers, type PageData } from './page'

export class Showing {
  private readonly judge: ReturnType<typeof compileRules>
  seen: Seen

  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
  ) {
    this.judge = compileRules(data.fields, data.rules, { zone: data.zone })
    this.seen = this.judge({})
  }

  update(given: Answers): void {
    const answers = this.told(given)
    this.seen = this.judge(comparable(this.data.fields, answers))
    if (this.data.fields.length > this.seen.visible.size) this.told(this.visibleOf(given))
    for (const { id, kind } of this.data.fields) {
      const box = boxOf(this.form, id)
      if (!box) continue
      box.toggleAttribute('data-away', !this.seen.visible.has(id))
      if (kind === null) continue
      const isRequired = this.seen.required.has(id)
      box.querySelector('[data-must]')?.toggleAttribute('hidden', !isRequired)
      box.querySelector('[data-optional]')?.toggleAttribute('hidden', isRequired)
      const input = box.querySelector('fieldset[role], .in')
      if (isRequired) input?.setAttribute('aria-required', 'true')
      else input?.removeAttribute('aria-required')
    }
  }

  /** The answers with what other scripts of the page add to them, such as what is computed; they hear of every change. */
  private told(given: Answers): Answers {
    const answers = { ...given }
    this.form.dispatchEvent(new CustomEvent('answers', { detail: answers }))
    return answers
  }

  /** The answers of visible questions only: nobody sends what was hidden from him. */
  visibleOf(answers: Answers): Answers {
    return Object.fromEntries(Object.entries(answers).filter(([id]) => this.seen.visible.has(id)))
  }
}
