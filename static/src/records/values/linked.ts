/** Records of other forms: what they are called, which may be chosen, and what choosing one fills in. */
import { reactive, type ComputedRef, type InjectionKey } from 'vue'
import { http } from '@/api/http'
import type { FormField } from '@/api/types'
import { t } from '@/i18n'
import { useNames, type Choice } from './names'

/** The values of the record that is being filled in or looked at. */
export const recordValues: InjectionKey<ComputedRef<Record<string, unknown>>> = Symbol('values')

interface Found {
  id: string
  title: string
  shown: string[]
  fill: Record<string, unknown>
}
const fills = reactive(new Map<string, Record<string, unknown>>())
/** A column of a sub-form is asked about as `items.product`. */
const nameOf = (field: FormField) => String(field.upload_for ?? field.id)
const keyOf = (field: FormField, id: unknown) => `${nameOf(field)}:${String(id)}`

/** The records that may be chosen in a field of `form` and hold `words`. */
export async function lookUpRecords(form: string, field: FormField, words: string, values: Record<string, unknown>): Promise<Choice[]> {
  const answer = await http.post<{ choices: Found[] }>(`/forms/${form}/fields/${nameOf(field)}/choices`, { q: words, values })
  const names = useNames()
  for (const one of answer.choices) {
    names.linked[one.id] = { title: one.title, deleted: false }
    fills.set(keyOf(field, one.id), one.fill)
  }
  return answer.choices.map((one) => ({ value: one.id, label: one.title || one.shown[0] || t('relations.untitled'), detail: (one.title ? one.shown : one.shown.slice(1)).join(' · ') }))
}
/** What choosing a record fills in beside the field itself. */
export function fillOf(field: FormField, value: unknown): Record<string, unknown> {
  return fills.get(keyOf(field, value)) ?? {}
}
/** What a linked record is called; one that the reader may not see is only "a record". */
export function nameOfRecord(id: unknown): string {
  const found = useNames().linked[String(id)]
  if (!found) return t('relations.someRecord')
  const title = found.title || t('relations.untitled')
  return found.deleted ? t('relations.deleted', { title }) : title
}
