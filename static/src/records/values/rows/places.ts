/** Where in a record something does not fit: `items/2/price` is the third row's price. */
import type { FormField } from '@/api/types'
import { resolve, t } from '@/i18n'
import { columnsOf } from './sheet'

export function fieldOfPlace(place: string): string {
  return place.split('/')[0] ?? place
}
/** The message with the row and the column in front, where it is about a row. */
export function placed(message: string, place: string | null | undefined, field: FormField | undefined): string {
  const [, row, column] = (place ?? '').split('/')
  if (row === undefined || !field) return message
  const found = columnsOf(field).find((one) => one.id === column)
  return t('rows.fault', { n: Number(row) + 1, column: found ? resolve(found.label) : '', message })
}
