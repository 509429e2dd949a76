/**
 * Every change of the document is a command: plain data with a kind, so that it can be kept on this device and
 * replayed. `apply` returns the changed document, `invert` the command that takes exactly that change back; it is
 * asked with the document *before* the change. Both are pure; unchanged parts are shared.
 *
 *   const back = invert(document, command)
 *   apply(apply(document, command), back)   // equals document
 */
import type { FormDocument } from '../document'
import * as batch from './batch'
import * as insert from './insert'
import * as move from './move'
import * as remove from './remove'
import * as rename from './rename'
import * as replace from './replace'
import * as set from './set'

export type Command = insert.Insert | remove.Remove | move.Move | set.Set | rename.Rename | replace.Replace | batch.Batch

interface Kind<C> {
  apply(document: FormDocument, command: C): FormDocument
  invert(document: FormDocument, command: C): Command
}
const kinds = { insert, remove, move, set, rename, replace, batch } as unknown as Record<Command['kind'], Kind<Command>>

export function apply(document: FormDocument, command: Command): FormDocument {
  return kinds[command.kind].apply(document, command)
}

export function invert(document: FormDocument, command: Command): Command {
  return kinds[command.kind].invert(document, command)
}
