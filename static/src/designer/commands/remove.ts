import type { FormDocument } from '../document'
import type { Command } from './command'

/** Take fields out. Rules that name them stay and are reported by the check, so that putting back is complete. */
export interface Remove {
  kind: 'remove'
  ids: string[]
}

export function apply(document: FormDocument, command: Remove): FormDocument {
  return { ...document, fields: document.fields.filter((field) => !command.ids.includes(field.id)) }
}

export function invert(document: FormDocument, command: Remove): Command {
  return { kind: 'insert', items: document.fields.flatMap((field, at) => (command.ids.includes(field.id) ? [{ at, field }] : [])) }
}
