/**
 * What a field's values can be compared with and are called by: the module in `options/` named like the field's type,
 * else the options of its settings. A module may fetch what it needs; it is asked again when that has come.
 */
import type { FieldOption, FormField } from '@/api/types'
import { offeredBy } from './own'

type OptionsOf = (field: FormField) => FieldOption[]
const files = import.meta.glob<{ default: OptionsOf }>('./options/*.ts', { eager: true })

export function optionsOf(field: FormField | undefined): FieldOption[] | undefined {
  return field && (files[`./options/${field.type}.ts`]?.default(field) ?? (field.options && offeredBy(field)))
}
