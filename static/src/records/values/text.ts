/** A value as plain text, as it stands in sentences, in files and on the clipboard. */
import type { FormField, L10n } from '@/api/types'
import { currentLocale, resolve, t } from '@/i18n'
import { date, dateTime, number } from '@/i18n/format'
import { kindOfField } from '../form'
import type { FileValue, Names } from '../types'
import { nameOfRecord } from './linked'
import { isOwn, ownText } from './own'
import { wordsOf } from './words'
import { optionsOf } from './options'

export function isEmpty(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)
}
export function optionOf(field: FormField, value: unknown) {
  return optionsOf(field)?.find((option) => option.value === value)
}
export function optionText(field: FormField, value: unknown): string {
  return resolve(optionOf(field, value)?.label) || (isOwn(value) ? ownText(value) : String(value))
}
export function list(texts: string[]): string {
  return new Intl.ListFormat(currentLocale(), { type: 'conjunction', style: 'narrow' }).format(texts)
}

/** A number with the field's decimals and unit; `¥6,418.00`, `3 次`. */
export function numberText(field: FormField, value: unknown): string {
  const own = wordsOf(field)
  if (own) return own.say(value, field)
  const amount = Number(value)
  if (!Number.isFinite(amount)) return String(value)
  const places = typeof field.decimals === 'number' ? field.decimals : typeof value === 'string' ? (value.split('.')[1]?.length ?? 0) : null
  const decimals = places === null ? { maximumFractionDigits: 8 } : { minimumFractionDigits: places, maximumFractionDigits: places }
  const currency = field.currency ?? (field.type === 'currency' ? 'CNY' : null)
  if (currency) {
    return number(amount, { style: 'currency', currency: String(currency), currencyDisplay: 'narrowSymbol', ...decimals })
  }
  const unit = resolve(field.unit as L10n | undefined)
  return unit ? `${number(amount, decimals)} ${unit}` : number(amount, decimals)
}

export function textOf(field: FormField, value: unknown, names: Names): string {
  if (isEmpty(value)) return ''
  const own = wordsOf(field)
  if (own) return own.say(value, field)
  switch (kindOfField(field)) {
    case 'choice':
      return optionText(field, value)
    case 'choices':
      return list((Array.isArray(value) ? value : [value]).map((one) => optionText(field, one)))
    case 'number':
      return numberText(field, value)
    case 'date':
      return date(`${String(value)}T00:00:00`)
    case 'datetime':
      return dateTime(String(value))
    case 'boolean':
      return t(value ? 'records.yes' : 'records.no')
    case 'user':
      return names.people[String(value)] ?? t('records.somebody')
    case 'users':
      return list((value as string[]).map((one) => names.people[one] ?? t('records.somebody')))
    case 'departments':
      return list((value as string[]).map((one) => names.departments[one] ?? t('records.someDepartment')))
    case 'department':
      return names.departments[String(value)] ?? t('records.someDepartment')
    case 'record':
      return nameOfRecord(value)
    case 'records':
      return list((value as string[]).map(nameOfRecord))
    case 'files':
      return list((value as FileValue[]).map((file) => file.name))
    default:
      return String(value)
  }
}
