/**
 * How values of a type are written as text, where that differs from their kind: one file per type in `words/`, with
 * `say` and, where it is pasted in a form of its own, `read` (undefined for what can't be a value).
 */
import type { FormField } from '@/api/types'

export interface Words {
  say: (value: unknown, field: FormField) => string
  read?: (text: string, field: FormField) => unknown
}
const files = import.meta.glob<{ words: Words }>('./words/*.ts', { eager: true })

export function wordsOf(field: FormField): Words | undefined {
  return files[`./words/${field.type}.ts`]?.words
}
