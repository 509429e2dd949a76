import type { FieldOption, FormField } from '@/api/types'
import { currentLocale, resolve } from '@/i18n'
import type { Words } from '../words'

export type Cell = string | string[] | Record<string, string | number>
export type MatrixValue = Record<string, Cell>

export function linesOf(field: FormField, name: 'rows' | 'columns'): { value: string; label: string }[] {
  return ((field[name] ?? []) as FieldOption[]).map((one) => ({ value: one.value, label: resolve(one.label) || one.value }))
}
export function cellText(field: FormField, cell: Cell | undefined): string {
  const name = (value: string) => linesOf(field, 'columns').find((one) => one.value === value)?.label ?? value
  const between = currentLocale() === 'en' ? ', ' : '、'
  if (cell && typeof cell === 'object' && !Array.isArray(cell)) return Object.entries(cell).map(([column, mark]) => `${name(column)} ${mark}`).join(between)
  return [cell ?? []].flat().map((one) => name(String(one))).join(between)
}

export const words: Words = {
  say: (value, field) => {
  const [colon, between] = currentLocale() === 'en' ? [': ', '; '] : ['：', '；']
  const rows = linesOf(field, 'rows')
  return Object.entries((value ?? {}) as MatrixValue).map(([row, cell]) => `${rows.find((one) => one.value === row)?.label ?? row}${colon}${cellText(field, cell)}`).join(between)
},
}
