import type { FormDocument } from '../document'
import type { Command } from './command'

/** Bring fields, in their present order, to stand before what is at `to` once they are taken out. */
export interface Move {
  kind: 'move'
  ids: string[]
  to: number
}

export function apply(document: FormDocument, command: Move): FormDocument {
  const moved = document.fields.filter((field) => command.ids.includes(field.id))
  const rest = document.fields.filter((field) => !command.ids.includes(field.id))
  rest.splice(Math.max(0, Math.min(command.to, rest.length)), 0, ...moved)
  return { ...document, fields: rest }
}

export function invert(document: FormDocument, command: Move): Command {
  const moved = document.fields.flatMap((field, at) => (command.ids.includes(field.id) ? [{ at, field }] : []))
  const first = moved[0]?.at ?? 0
  const isOneBlock = moved.every((item, index) => item.at === first + index)
  if (isOneBlock) return { kind: 'move', ids: command.ids, to: first }
  return { kind: 'batch', commands: [{ kind: 'remove', ids: command.ids }, { kind: 'insert', items: moved }] }
}
