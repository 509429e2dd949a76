/**
 * Changes of single values: shown at once, sent in order per record, taken back when refused. When somebody else
 * changed the same value meanwhile, both are shown and one is picked; changes of other fields don't collide.
 */
import { ref, shallowRef } from 'vue'
import { http } from '@/api/http'
import { isProblem, type ApiProblem } from '@/api/problem'
import type { FormField } from '@/api/types'
import { resolve, t } from '@/i18n'
import { toast, toastError } from '@/ui/toasts'
import type { RecordRow } from './types'
import { filledRows, rowRules } from './values/brought'
import { placed } from './values/rows/places'
import { outward } from './values/uploads'

export interface Conflict {
  record: RecordRow
  field: FormField
  mine: unknown
  theirs: unknown
}
interface Step {
  id: string
  field: FormField
  before: unknown
  after: unknown
  /** The sub-forms into which the change brought rows: as they were, and as they are now. */
  rows?: { before: Values; after: Values }
}
type Values = Record<string, unknown>
interface Shelf {
  find(id: string): RecordRow | undefined
  replace(record: RecordRow): void
}
const SETTLE_MS = 1_500
const MOST_STEPS = 100

export function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null)
}

export function useEdits(reference: () => string, shelf: Shelf, live: (values: RecordRow['values']) => RecordRow['values'] = (values) => values, onChanged: (record: RecordRow) => void = () => undefined) {
  const conflict = shallowRef<Conflict | null>(null)
  const pending = ref(0)
  const savedAt = ref<Date | null>(null)
  const refused = shallowRef<{ id: string; field: string; value: unknown; message: string } | null>(null)
  const queue = new Map<string, Promise<unknown>>()
  const done: Step[] = []
  const undone: Step[] = []
  const path = (id: string) => `/forms/${reference()}/records/${id}`

  function put(record: RecordRow, field: FormField, value: unknown): RecordRow {
    const changed = { ...record, values: live({ ...record.values, [field.id]: value }) }
    shelf.replace(changed)
    return changed
  }
  /** Change one value of a record that is shown. */
  function change(record: RecordRow, field: FormField, value: unknown, remember: Step[] | null = done, beside: Values = {}): Promise<void> {
    const before = record.values[field.id]
    if (same(before, value)) return Promise.resolve()
    put(shelf.find(record.id) ?? record, field, value)
    refused.value = null
    pending.value += 1
    const step = { id: record.id, field, before, after: value }
    const run = (queue.get(record.id) ?? Promise.resolve()).then(() => send(record, step, remember, beside))
    queue.set(record.id, run)
    return run.finally(() => {
      pending.value -= 1
      if (queue.get(record.id) === run) queue.delete(record.id)
    })
  }
  /** The rows of the sub-forms that a change of this field writes. */
  async function rowsBeside(record: RecordRow, field: FormField): Promise<Values | null> {
    const names = rowRules(field).map((rule) => rule.to)
    if (!names.length) return null
    const whole = names.some((name) => typeof record.values[name] === 'number') ? await http.get<RecordRow>(path(record.id)) : record
    return Object.fromEntries(names.map((name) => [name, whole.values[name] ?? null]))
  }
  async function send(seen: RecordRow, step: Step, remember: Step[] | null, beside: Values = {}): Promise<void> {
    const current = shelf.find(step.id) ?? seen
    try {
      const stood = remember === done ? await rowsBeside(current, step.field) : null
      const answer = await http.patch<RecordRow>(path(step.id), { values: { [step.field.id]: outward(step.field, step.after), ...beside } }, { ifMatch: current.rev })
      accept(answer, step)
      if (stood) step.rows = { before: stood, after: Object.fromEntries(Object.keys(stood).map((name) => [name, answer.values[name] ?? null])) }
      if (remember) remember.push(step)
      if (remember === done) undone.length = 0
      if (done.length > MOST_STEPS) done.shift()
      if (step.rows && !same(step.rows.before, step.rows.after) && Object.values(step.rows.before).some((rows) => filledRows(rows).length)) offerRows(step)
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      if (caught.status === 409) await collide(step, remember, beside)
      else refuse(current, step, caught)
    }
  }
  function accept(answer: RecordRow, step: Step): void {
    const shown = shelf.find(step.id)
    // a later change of the same record is still on its way: keep showing it
    const waiting = pending.value > 1 && shown ? Object.fromEntries(Object.entries(shown.values).filter(([id, value]) => id !== step.field.id && !same(value, answer.values[id]))) : {}
    const merged = { ...answer, values: { ...answer.values, ...waiting } }
    shelf.replace(merged)
    savedAt.value = new Date()
    onChanged(merged)
    window.setTimeout(() => void settle(step.id), SETTLE_MS)
  }
  /** Rules may have changed the record after us: look once more. */
  /** Resolves when nothing of this record is on its way any more: what acts on the record has to see it. */
  async function saved(id: string): Promise<void> {
    await queue.get(id)
  }
  async function settle(id: string): Promise<void> {
    const shown = shelf.find(id)
    const found = await http.get<RecordRow>(path(id)).catch(() => null)
    if (!found || queue.has(id) || (shown && found.rev <= shown.rev)) return
    shelf.replace(found)
    onChanged(found)
  }
  async function collide(step: Step, remember: Step[] | null, beside: Values): Promise<void> {
    const found = await http.get<RecordRow>(path(step.id)).catch(() => null)
    if (!found) return
    shelf.replace(found)
    onChanged(found)
    const theirs = found.values[step.field.id]
    if (same(theirs, step.before)) {
      put(found, step.field, step.after)
      return send(found, step, remember, beside)
    }
    if (!same(theirs, step.after)) conflict.value = { record: found, field: step.field, mine: step.after, theirs }
  }
  function refuse(current: RecordRow, step: Step, problem: ApiProblem): void {
    put(shelf.find(step.id) ?? current, step.field, step.before)
    const reason = problem.isOffline ? t('ui.unreachable') : placed(problem.errors[0]?.message ?? problem.message, problem.errors[0]?.field, step.field)
    refused.value = { id: step.id, field: step.field.id, value: step.after, message: reason }
    const retry = () => void change(shelf.find(step.id) ?? current, step.field, step.after)
    toastError(t('records.notChanged', { field: resolve(step.field.label), reason }), problem.status === 422 ? undefined : { label: t('ui.retry'), run: retry })
  }
  function settleConflict(choice: 'mine' | 'theirs'): void {
    const open = conflict.value
    conflict.value = null
    if (open && choice === 'mine') void change(shelf.find(open.record.id) ?? open.record, open.field, open.mine)
  }
  /** Say that rows were written, and put them back for whoever had others there. */
  function offerRows(step: Step): void {
    const back = (): void => {
      const at = done.indexOf(step)
      if (at < 0) return
      done.push(...done.splice(at, 1))
      undo()
    }
    toast(t('relations.rowsBrought', { field: resolve(step.field.label) }), { action: { label: t('ui.undo'), run: back } })
  }
  function turnBack(from: Step[], to: Step[], value: (step: Step) => unknown, rows: (step: Step) => Values | undefined): void {
    const step = from.pop()
    const record = step && shelf.find(step.id)
    if (!step || !record) return void toast(t('records.nothingToUndo'))
    void change(record, step.field, value(step), null, rows(step)).then(() => to.push(step))
    toast(t('records.turnedBack', { field: resolve(step.field.label) }))
  }
  const undo = () => turnBack(done, undone, (step) => step.before, (step) => step.rows?.before)
  const redo = () => turnBack(undone, done, (step) => step.after, (step) => step.rows?.after)
  return { conflict, pending, savedAt, refused, change, settleConflict, saved, settle, undo, redo }
}
export type Edits = ReturnType<typeof useEdits>
