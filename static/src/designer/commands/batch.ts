import type { FormDocument } from '../document'
import { apply as applyOne, invert as invertOne, type Command } from './command'

/** Several commands as one step. */
export interface Batch {
  kind: 'batch'
  commands: Command[]
}

export function apply(document: FormDocument, command: Batch): FormDocument {
  return command.commands.reduce(applyOne, document)
}

export function invert(document: FormDocument, command: Batch): Command {
  const backwards: Command[] = []
  let at = document
  for (const one of command.commands) {
    backwards.unshift(invertOne(at, one))
    at = applyOne(at, one)
  }
  return { kind: 'batch', commands: backwards }
}
