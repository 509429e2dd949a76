/** What a record is called. */
import { resolve, t } from '@/i18n'
import { fieldById, numberField } from './form'
import type { FormInfo, RecordRow } from './types'
import { useNames } from './values/names'
import { textOf } from './values/text'

/** The value of the form's title field as a person reads it, else the number, else that it has no name. */
export function titleOf(form: FormInfo, record: RecordRow): string {
  const field = form.title_field ? fieldById(form, form.title_field) : undefined
  const title = field && textOf(field, record.values[field.id], useNames())
  return title || numberOf(form, record) || t('records.untitled', { form: resolve(form.title) })
}
/** What stands in the head of a panel: the number, else the title. */
export function callOf(form: FormInfo, record: RecordRow): string {
  return numberOf(form, record) || titleOf(form, record)
}
function numberOf(form: FormInfo, record: RecordRow): string {
  const number = numberField(form)
  return String((number && record.values[number.id]) ?? '')
}
