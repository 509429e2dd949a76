/** Where a condition is about the records of another form, it may compare with fields of the form at hand. */
import type { ComputedRef, InjectionKey } from 'vue'
import type { FormField } from '@/api/types'

/** What may stand on the right side of a comparison beside a value, and how that is written. */
export interface Taken {
  fields: FormField[]
  expressionOf: (field: string) => unknown
  sourceOf: (value: unknown) => string | null
}
export const taken: InjectionKey<ComputedRef<Taken>> = Symbol('taken')
const MINE = 'my:'
export const mine = (id: string) => ({ ref: `${MINE}${id}` })
/** The field of the form at hand that a value stands for, or null. */
export function mineIn(value: unknown): string | null {
  const ref = typeof value === 'object' && value !== null && 'ref' in value ? String(value.ref) : ''
  return ref.startsWith(MINE) ? ref.slice(MINE.length) : null
}
/** The fields of the form at hand, as the settings of relations name them. */
export const ours = (fields: FormField[]): Taken => ({ fields, expressionOf: mine, sourceOf: mineIn })
