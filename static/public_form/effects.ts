/**
 * What rules do beyond showing and demanding: values that they set or lock are put in and can't be changed, options
 * that they don't offer are taken away. Only forms with such rules load this file; the page's own script tells it what
 * the rules say.
 */
import { behind } from '@/shared/conditions'
import { without, type Seen } from '@/shared/rules'
import { answerOf, boxOf, element, putAnswer, type Answers, type FieldData, type PageData } from './page'
import type { Judged } from './showing'

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement | HTMLButtonElement

class Effects {
  /** What the server fixed stays fixed. */
  private readonly fixed = new Set<Element>()
  private locked: ReadonlySet<string> = new Set()
  private barred: Seen['barred'] = new Map()

  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
  ) {
    for (const one of form.querySelectorAll<Control>('input, select, option, textarea, button')) if (one.disabled || ('readOnly' in one && one.readOnly)) this.fixed.add(one)
  }

  /** Do it; returns the fields whose answers are others now. */
  apply(seen: Seen, answers: Answers): FieldData[] {
    const changed: FieldData[] = []
    if (seen.barred !== this.barred) this.offer(seen)
    for (const field of this.data.fields) {
      const isLocked = seen.locked.has(field.id)
      if (isLocked ? this.keeps(field, seen, answers) : seen.barred.has(field.id) && this.clears(field, seen, answers)) changed.push(field)
      if (isLocked !== this.locked.has(field.id)) this.lock(field.id, isLocked)
    }
    this.locked = seen.locked
    this.barred = seen.barred
    return changed
  }

  private keeps(field: FieldData, seen: Seen, answers: Answers): boolean {
    if (!(field.id in seen.values) || same(answers[field.id], seen.values[field.id])) return false
    this.lock(field.id, false)
    putAnswer(this.form, field, seen.values[field.id] ?? null)
    this.lock(field.id, true)
    return true
  }

  private clears(field: FieldData, seen: Seen, answers: Answers): boolean {
    const left = without(answers[field.id], seen.barred.get(field.id) ?? new Set(), field.limits_options)
    if (same(answers[field.id], left)) return false
    putAnswer(this.form, field, left)
    return !same(answerOf(this.form, field), answers[field.id])
  }

  private lock(id: string, isLocked: boolean): void {
    const box = boxOf(this.form, id)
    if (!box) return
    box.toggleAttribute('data-locked', isLocked)
    for (const one of box.querySelectorAll<Control>('input, select, textarea, button')) {
      if (this.fixed.has(one)) continue
      if ('readOnly' in one && !['radio', 'checkbox', 'file', 'color', 'range', 'date', 'time', 'datetime-local'].includes(one.type)) one.readOnly = isLocked
      else one.disabled = isLocked
    }
    box.querySelectorAll('[contenteditable]').forEach((one) => one.setAttribute('contenteditable', String(!isLocked)))
    this.say(box, id, isLocked)
  }

  /** Say beneath the label that the form fills it in. */
  private say(box: HTMLElement, id: string, isLocked: boolean): void {
    let hint = box.querySelector<HTMLElement>(`#k-${id}`)
    if (!hint && isLocked) {
      hint = element('p', { class: 'hint locked', id: `k-${id}` }, this.data.texts.kept_as_is ?? '')
      const head = box.querySelector('.hints') ?? box.querySelector('legend, label')
      if (head?.classList.contains('hints')) head.append(hint)
      else head?.after(hint)
      const input = box.querySelector('fieldset, .in')
      input?.setAttribute('aria-describedby', [input.getAttribute('aria-describedby'), hint.id].filter(Boolean).join(' '))
    }
    hint?.toggleAttribute('hidden', !isLocked)
  }

  private offer(seen: Seen): void {
    for (const id of new Set([...this.barred.keys(), ...seen.barred.keys()])) {
      const box = boxOf(this.form, id)
      const gone = seen.barred.get(id) ?? new Set<string>()
      const tree = box?.querySelector<HTMLElement>('[data-cascade]')
      if (tree) {
        tree.dataset.barred = JSON.stringify([...gone])
        tree.querySelector('select:not(.level)')?.dispatchEvent(new Event('change', { bubbles: true }))
        continue
      }
      box?.querySelectorAll('option').forEach((option) => {
        option.toggleAttribute('data-away', gone.has(behind(option.value)))
        if (!this.fixed.has(option)) option.disabled = gone.has(behind(option.value))
      })
      box?.querySelectorAll<HTMLInputElement>('input[value]').forEach((input) => input.closest('.option')?.toggleAttribute('data-away', gone.has(behind(input.value))))
    }
  }
}

function same(a: unknown, b: unknown): boolean {
  const text = (value: unknown): string => (Array.isArray(value) ? JSON.stringify(value.length ? value : null) : typeof value === 'object' ? JSON.stringify(value) : String(value ?? 'null'))
  return text(a === '' ? null : a) === text(b === '' ? null : b)
}

const form = document.getElementById('form') as HTMLFormElement | null
if (form) {
  const effects = new Effects(form, JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData)
  form.addEventListener('judged', (event) => {
    const { seen, answers, changed } = (event as CustomEvent<Judged>).detail
    changed.push(...effects.apply(seen, answers))
  })
}
