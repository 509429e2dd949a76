/** The filters that a dashboard offers: what they offer, and the condition that a choice makes. */
import { kindOf } from '@/conditions/words'
import { leavesOf } from '@/conditions/tree'
import type { Condition, FormField } from '@/api/types'

export type Chosen = Record<string, Condition>
export interface Offer {
  field: FormField
  kind: string
}

/** Fields that every record has besides those of its form. */
const OF_EVERY_RECORD: Record<string, string> = { created_at: 'datetime', updated_at: 'datetime', created_by: 'user', updated_by: 'user' }

export function offerOf(id: string, fields: FormField[]): Offer | null {
  const field = fields.find((one) => one.id === id)
  if (field) {
    const kind = kindOf(field)
    return kind ? { field, kind } : null
  }
  const kind = OF_EVERY_RECORD[id]
  return kind ? { field: { id, type: kind, label: {} }, kind } : null
}

/** The condition for the values that were picked; none for none. */
export function pickedCondition(offer: Offer, values: string[]): Condition | null {
  const field = offer.field.id
  if (!values.length) return null
  if (offer.kind === 'choices') {
    const each = values.map((value) => ({ field, op: 'contains', value }))
    return each.length === 1 && each[0] ? each[0] : { any: each }
  }
  if (offer.kind === 'boolean') return { field, op: 'eq', value: values[0] === 'true' }
  if (offer.kind === 'date' || offer.kind === 'datetime') return { field, op: 'within_last', value: values[0] }
  if (offer.kind === 'text') return { field, op: 'contains', value: values[0] }
  return { field, op: 'in', value: offer.kind === 'number' ? values.map(Number) : values }
}

/** The values behind a condition that `pickedCondition` made. */
export function pickedValues(condition: Condition | undefined): string[] {
  return condition ? leavesOf(condition).flatMap((leaf) => (Array.isArray(leaf.value) ? leaf.value : [leaf.value])).map(String) : []
}

export function conditionOf(chosen: Chosen): Condition {
  const parts = Object.values(chosen)
  return parts.length ? { all: parts } : {}
}

/** Read the filter of an address again; whatever is not one of ours is left out. */
export function chosenOf(text: unknown, known: string[]): Chosen {
  if (typeof text !== 'string') return {}
  try {
    const read = JSON.parse(text) as { all?: Condition[] }
    const parts = Array.isArray(read.all) ? read.all : []
    return Object.fromEntries(parts.flatMap((part) => leavesOf(part).slice(0, 1).map((leaf) => [leaf.field, part] as const)).filter(([field]) => known.includes(field)))
  } catch {
    return {}
  }
}
