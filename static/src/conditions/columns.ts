/** The columns of sub-forms beside the fields, as conditions name them: `items.price` is met when some row meets it. */
import type { FormField } from '@/api/types'
import { LOCALES, resolve, t } from '@/i18n'
import { columnsOf } from '@/records/values/rows/sheet'

export function withColumns(fields: readonly FormField[]): FormField[] {
  return fields.flatMap((field) => [field, ...columnsOf(field).map((column) => ({ ...column, id: `${field.id}.${column.id}`, label: named(field, column) }))])
}
export const isColumn = (id: string): boolean => id.includes('.')

function named(field: FormField, column: FormField): FormField['label'] {
  const words = (locale: (typeof LOCALES)[number]) => t('conditions.anyRow', { field: resolve(field.label, locale) || field.id, column: resolve(column.label, locale) || column.id })
  return Object.fromEntries(LOCALES.map((locale) => [locale, words(locale)])) as FormField['label']
}
