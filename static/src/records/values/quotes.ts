/** Answers that texts quote: `{field}` in a label stands for what the record says, as people read it. */
import type { FormField } from '@/api/types'
import type { Names } from '../types'
import { textOf } from './text'

const PLACE = /\{([a-z][a-z0-9_]{0,39})\}/g

/** The function that puts these values into a text; a name that no field has stays as it is written. */
export function quoting(fields: readonly FormField[], values: Readonly<Record<string, unknown>>, names: Names): (text: string) => string {
  const known = new Map(fields.map((field) => [field.id, field]))
  return (text) =>
    text.replace(PLACE, (whole, id: string) => {
      const field = known.get(id)
      return field ? textOf(field, values[id], names) || '…' : whole
    })
}
