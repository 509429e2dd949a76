import type { FormField } from '@/api/types'
import type { FormDocument } from '../document'
import type { Command } from './command'

/** Put fields in; each at its own place, counted after the ones before it are in. */
export interface Insert {
  kind: 'insert'
  items: { at: number; field: FormField }[]
}

export function apply(document: FormDocument, command: Insert): FormDocument {
  const fields = [...document.fields]
  for (const { at, field } of command.items) fields.splice(at, 0, field)
  return { ...document, fields }
}

export function invert(_document: FormDocument, command: Insert): Command {
  return { kind: 'remove', ids: command.items.map((item) => item.field.id) }
}
