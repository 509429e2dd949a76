import type { FieldTypeInfo } from '@/api/catalog'
import type { FormField } from '@/api/types'

/** An answer that a link brings. */
export interface Fill {
  field: string
  value: string
}
const NEVER = new Set(['files', 'user', 'department'])
const RESERVED = new Set(['locale', 'lang', 'ref', 'r', 'resume'])

/** As `fillable` in the server's `prefill.py`, which decides. */
export function fillable(field: FormField, type: FieldTypeInfo | undefined): boolean {
  return type?.value_kind != null && !type.is_generated && field.public !== false && !NEVER.has(type.value_kind) && !RESERVED.has(field.id) && !field.from_link
}

/** The address with the answers in it. */
export function filledAddress(url: string, fills: readonly Fill[]): string {
  const query = new URLSearchParams(fills.filter((one) => one.field && one.value).map((one) => [one.field, one.value]))
  return query.size ? `${url}?${query}` : url
}
