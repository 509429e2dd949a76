/**
 * Every text of a form in its languages, as rows of one table. Found by walking the document, so a text that some
 * setting adds later is in the table without a word here. A text is named by where it stands, entries by their ids
 * (`fields/priority/options/high/label`), so a name means the same text after fields were moved.
 */
import { LOCALES } from '@/i18n'
import type { L10n, Locale } from '@/api/types'
import { apply, type Command } from '../commands/command'
import type { FormDocument } from '../document'

type Step = string | number
export interface TextRow {
  /** The name of the text. */
  name: string
  /** Where it stands in the document as it is now. */
  path: Step[]
  /** The field that it belongs to, if any. */
  field?: string
  text: L10n
}
type Node = Record<string, unknown>

const isText = (part: object): part is L10n => {
  const keys = Object.keys(part)
  return keys.length > 0 && keys.every((key) => (LOCALES as readonly string[]).includes(key)) && Object.values(part).every((one) => typeof one === 'string')
}
const nameOfEntry = (entry: unknown, at: number) => {
  const { id, value } = (typeof entry === 'object' && entry !== null ? entry : {}) as { id?: unknown; value?: unknown }
  return typeof id === 'string' ? id : typeof value === 'string' ? value : String(at)
}

/** In the order of the form: its own texts, the fields', then rules and settings. */
export function textsOf(document: FormDocument): TextRow[] {
  const rows: TextRow[] = []
  const walk = (part: unknown, path: Step[], names: string[], field?: string): void => {
    if (typeof part !== 'object' || part === null) return
    if (Array.isArray(part)) {
      part.forEach((entry, at) => walk(entry, [...path, at], [...names, nameOfEntry(entry, at)], path.length === 1 && path[0] === 'fields' ? (entry as { id: string }).id : field))
    } else if (isText(part)) {
      if (Object.values(part).some(Boolean)) rows.push({ name: names.join('/'), path, field, text: part })
    } else for (const [key, inner] of Object.entries(part)) walk(inner, [...path, key], [...names, key], field)
  }
  const first = ['title', 'description', 'fields']
  for (const key of [...first, ...Object.keys(document).filter((one) => !first.includes(one))]) walk(document[key], [key], [key])
  return rows
}

export const isMissing = (row: TextRow, from: Locale, to: Locale): boolean => Boolean(row.text[from]) && !row.text[to]?.trim()

function put(part: unknown, path: Step[], change: (text: L10n) => L10n): unknown {
  const [step, ...rest] = path
  if (step === undefined) return change(part as L10n)
  if (Array.isArray(part)) return part.with(step as number, put(part[step as number], rest, change))
  return { ...(part as Node), [step]: put((part as Node)[step], rest, change) }
}

/** The command that writes a text in one language; an empty one is taken out. */
export function written(document: FormDocument, row: TextRow, locale: Locale, text: string): Command {
  const change = (old: L10n): L10n => {
    const made: L10n = { ...old, [locale]: text }
    if (!text) Reflect.deleteProperty(made, locale)
    return made
  }
  const [top, at, property, ...rest] = row.path
  if (top === 'fields' && typeof at === 'number') {
    const field = document.fields[at]
    return { kind: 'set', field: field?.id, path: [String(property)], value: put(field?.[String(property)], rest, change) }
  }
  return { kind: 'set', path: [String(top)], value: put(document[String(top)], row.path.slice(1), change) }
}

/** Many texts as one step; each is written onto what the ones before it left. */
export function writtenAll(document: FormDocument, changes: readonly { row: TextRow; text: string }[], locale: Locale): Command {
  const commands: Command[] = []
  let at = document
  for (const { row, text } of changes) {
    const command = written(at, row, locale, text)
    commands.push(command)
    at = apply(at, command)
  }
  return { kind: 'batch', commands }
}
