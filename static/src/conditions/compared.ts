/** Where a condition is about the records of another form, it may compare with fields of the form at hand. */
import type { ComputedRef, InjectionKey } from 'vue'
import type { FormField } from '@/api/types'

export const comparable: InjectionKey<ComputedRef<FormField[]>> = Symbol('comparable')
const MINE = 'my:'
export const mine = (id: string) => ({ ref: `${MINE}${id}` })
/** The field of the form at hand that a value stands for, or null. */
export function mineIn(value: unknown): string | null {
  const ref = typeof value === 'object' && value !== null && 'ref' in value ? String(value.ref) : ''
  return ref.startsWith(MINE) ? ref.slice(MINE.length) : null
}
