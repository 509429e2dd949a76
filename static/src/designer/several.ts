/** What several fields have in common: the values of a property, the settings of their types. */
import { typeInfo, type SettingInfo } from '@/api/catalog'
import type { FormField } from '@/api/types'
import { indexOf, type FormDocument } from './document'

export interface Shared {
  value: unknown
  /** Not all fields have the same value. */
  isMixed: boolean
}

export function shared(fields: readonly FormField[], read: (field: FormField) => unknown): Shared {
  const values = fields.map(read)
  const first = JSON.stringify(values[0])
  const isMixed = values.some((value) => JSON.stringify(value) !== first)
  return { value: isMixed ? undefined : values[0], isMixed }
}

const EDITED_ALONE = new Set(['options', 'tree', 'formula', 'object', 'list', 'json'])

/** The settings that every one of the fields has, entered in the same way; what only makes sense alone is left out. */
export function sharedSettings(fields: readonly FormField[]): SettingInfo[] {
  const [first, ...rest] = fields.map((field) => typeInfo(field.type)?.settings ?? [])
  return (first ?? []).filter(
    (one) => !EDITED_ALONE.has(one.control) && rest.every((settings) => settings.some((other) => other.name === one.name && other.control === one.control && JSON.stringify(other.choices) === JSON.stringify(one.choices))),
  )
}

/** Everything from one field to another, the other last: it is the active one. */
export function range(document: FormDocument, from: string, to: string): string[] {
  const [start, end] = [indexOf(document, from), indexOf(document, to)]
  if (start < 0 || end < 0) return [to]
  const ids = document.fields.slice(Math.min(start, end), Math.max(start, end) + 1).map((field) => field.id)
  return [...ids.filter((id) => id !== to), to]
}

/** In the order of the form. */
export function inOrder(document: FormDocument, ids: readonly string[]): string[] {
  return document.fields.map((field) => field.id).filter((id) => ids.includes(id))
}

/** Where a group of fields goes so that no other field falls into its section: before the next section, else at the end. */
export function placeForSection(document: FormDocument, ids: readonly string[], opensSection: (type: string) => boolean): number {
  const first = document.fields.findIndex((field) => ids.includes(field.id))
  const last = document.fields.findLastIndex((field) => ids.includes(field.id))
  const following = document.fields.slice(first).findIndex((field, at) => first + at > last && opensSection(field.type))
  const end = following < 0 ? document.fields.length : first + following
  const others = document.fields.slice(first, end).some((field) => !ids.includes(field.id))
  return others ? end : first
}
