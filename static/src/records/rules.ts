/** The form's fields as its rules need them, and what the rules make of a field that somebody fills in. */
import { typeInfo, valueKind } from '@/api/catalog'
import type { FormField } from '@/api/types'
import type { Kind } from '@/shared/conditions'
import type { RuleField, Seen } from '@/shared/rules'
import { offeredBy, withoutBarred } from './values/own'
import { columnsOf } from './values/rows/sheet'

export function ruleFields(fields: readonly FormField[]): RuleField[] {
  return fields.map((field) => {
    const type = typeInfo(field.type)
    const limits_options = type?.limits_options ?? null
    return {
      id: field.id, kind: valueKind(field) as Kind | null, required: field.required, opens_section: type?.opens_section, opens_page: type?.opens_page,
      ...(columnsOf(field).length && { columns: columnsOf(field).map((column) => ({ id: column.id, kind: valueKind(column) as Kind | null })) }),
      limits_options, ...(limits_options && { options: offeredBy(field) }),
    }
  })
}

/** The field with the options that are offered now. */
export function offered(field: FormField, seen: Seen): FormField {
  const gone = seen.barred.get(field.id)
  return gone?.size ? withoutBarred(field, (value) => gone.has(value)) : field
}

/** The values with what the rules set, lock and no longer offer, or null when they are so already. */
export function obeyed(values: Readonly<Record<string, unknown>>, seen: Seen): Record<string, unknown> | null {
  const decided = [...seen.locked, ...seen.barred.keys()].filter((id) => JSON.stringify(values[id] ?? null) !== JSON.stringify(seen.values[id] ?? null) && seen.visible.has(id))
  return decided.length ? { ...values, ...Object.fromEntries(decided.map((id) => [id, seen.values[id] ?? null])) } : null
}
