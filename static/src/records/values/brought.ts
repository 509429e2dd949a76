/** The rows that choosing records brings into sub-forms: those of a record's own sub-form, or one row of each record. */
import { http } from '@/api/http'
import type { FormField } from '@/api/types'
import type { Names } from '../types'
import { learn } from './names'
import { columnsOf, fresh, type Row } from './rows/sheet'

export interface FillRule {
  from?: string
  to: string
  columns?: FillRule[]
}
interface Found {
  id: string
  fill: Record<string, unknown>
}
/** The rules of a field that make rows. */
export function rowRules(field: FormField): FillRule[] {
  return Array.isArray(field.fill) ? (field.fill as FillRule[]).filter((rule) => rule.columns?.length) : []
}
const idsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : value ? [String(value)] : [])
/** Rows of which somebody filled in anything. */
export const filledRows = (rows: unknown): Row[] => (Array.isArray(rows) ? (rows as Row[]).filter((row) => Object.entries(row).some(([id, value]) => id !== 'id' && value !== null && value !== undefined && value !== '')) : [])

/** What stands in the sub-forms when `value` is chosen in place of `before`; nothing where no record is new. */
export async function brought(form: string, field: FormField, fields: readonly FormField[], before: unknown, value: unknown, values: Record<string, unknown>): Promise<Record<string, Row[]>> {
  const kept = new Set(idsOf(before))
  const ids = idsOf(value).filter((id) => !kept.has(id))
  const rules = rowRules(field)
  if (!rules.length || !ids.length) return {}
  const answer = await http.post<{ choices: Found[]; linked: Names['linked'] }>(`/forms/${form}/fields/${field.id}/choices`, { ids, limit: ids.length, values })
  learn({ linked: answer.linked })
  const found = new Map(answer.choices.map((one) => [one.id, one.fill]))
  const made: Record<string, Row[]> = {}
  for (const rule of rules) {
    const target = fields.find((one) => one.id === rule.to)
    if (!target) continue
    const start = fresh(columnsOf(target))
    const rows = ids.flatMap((id) => (found.get(id)?.[rule.to] ?? []) as Row[]).map((row) => ({ ...start, ...row }))
    made[rule.to] = rule.from ? rows : [...(made[rule.to] ?? filledRows(values[rule.to])), ...rows]
  }
  return made
}
