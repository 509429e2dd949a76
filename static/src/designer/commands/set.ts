import type { FormDocument } from '../document'
import { indexOf } from '../document'
import type { Command } from './command'

/** Set one property of a field (`field` is its id) or of the document; an undefined value removes it. Places in lists go by number. */
export interface Set {
  kind: 'set'
  field?: string
  path: string[]
  value?: unknown
}
type Node = Record<string, unknown>

export function read(target: unknown, path: string[]): unknown {
  return path.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null ? (at as Node)[name] : undefined), target)
}

function write(target: Node, path: string[], value: unknown): Node {
  const [name, ...rest] = path as [string, ...string[]]
  const copy = (Array.isArray(target) ? [...target] : { ...target }) as Node
  if (rest.length) {
    const inner = copy[name]
    copy[name] = write(typeof inner === 'object' && inner !== null ? (inner as Node) : {}, rest, value)
  } else if (value === undefined) Reflect.deleteProperty(copy, name)
  else copy[name] = value
  return copy
}

/** The shortest start of the path that does not exist yet: taking the change back must remove that much. */
function firstMissing(target: unknown, path: string[]): string[] {
  for (let length = 1; length < path.length; length++) {
    const found = read(target, path.slice(0, length))
    if (typeof found !== 'object' || found === null) return path.slice(0, length)
  }
  return path
}

export function apply(document: FormDocument, command: Set): FormDocument {
  if (command.field === undefined) return write(document, command.path, command.value) as FormDocument
  const at = indexOf(document, command.field)
  const target = document.fields[at]
  if (!target) return document
  return { ...document, fields: document.fields.with(at, write(target, command.path, command.value) as typeof target) }
}

export function invert(document: FormDocument, command: Set): Command {
  const target = command.field === undefined ? document : document.fields[indexOf(document, command.field)]
  const path = firstMissing(target, command.path)
  return { kind: 'set', field: command.field, path, value: read(target, path) }
}
