import type { FormDocument } from '../document'
import type { Command } from './command'

/** Another document altogether: after a conflict, or an earlier version. */
export interface Replace {
  kind: 'replace'
  document: FormDocument
}

export function apply(_document: FormDocument, command: Replace): FormDocument {
  return command.document
}

export function invert(document: FormDocument): Command {
  return { kind: 'replace', document }
}
