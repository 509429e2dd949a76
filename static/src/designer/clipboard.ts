/**
 * Fields on the clipboard, as text that another form of ours reads again: the fields in the form's order, and the
 * rules that are about nothing but them. Everything else that is pasted is read as labels (`paste.ts`).
 */
import type { Condition, FormField } from '@/api/types'
import { freeId, type FormDocument, type FormRule } from './document'
import { copyOf } from './fresh'
import { moved, placesOf } from './logic/effects'

export interface Packed {
  fields: FormField[]
  rules: FormRule[]
}
const MARK = 'formloom/fields'
const MOST = 500

export function pack(document: FormDocument, ids: Iterable<string>): Packed {
  const chosen = new Set(ids)
  return {
    fields: document.fields.filter((field) => chosen.has(field.id)),
    rules: (document.rules ?? []).filter((rule) => !rule.set?.some((one) => one.formula) && namesOf(rule).every((name) => chosen.has(name))),
  }
}

export function written(packed: Packed): string {
  return JSON.stringify({ [MARK]: 1, ...packed })
}

/** What `written` wrote, or null for any other text. */
export function read(text: string): Packed | null {
  if (!text.startsWith(`{"${MARK}"`)) return null
  try {
    const found = JSON.parse(text) as Partial<Packed>
    const fields = (found.fields ?? []).filter((field) => typeof field.id === 'string' && typeof field.type === 'string').slice(0, MOST)
    return fields.length ? { fields, rules: found.rules ?? [] } : null
  } catch {
    return null
  }
}

/** The same fields under ids that are free in another form, their rules with them; types that are unknown there are left out. */
export function adopted(packed: Packed, taken: { fields: Iterable<string>; rules: Iterable<string> }, knows: (type: string) => boolean): Packed {
  const ids = new Map<string, string>()
  const used = [...taken.fields]
  const fields = packed.fields.flatMap((field) => {
    if (!knows(field.type)) return []
    const made = used.includes(field.id) ? copyOf(field, used) : structuredClone(field)
    ids.set(field.id, made.id)
    used.push(made.id)
    return [made]
  })
  const ruleIds = [...taken.rules]
  const rules = packed.rules.flatMap((rule) => {
    if (!namesOf(rule).every((name) => ids.has(name))) return []
    const made = renamed(rule, ids, freeId(ruleIds, 'rule'))
    ruleIds.push(made.id)
    return [made]
  })
  return { fields, rules }
}

function renamed(rule: FormRule, ids: ReadonlyMap<string, string>, id: string): FormRule {
  return { ...moved(rule, ids), id, when: renamedIn(rule.when, ids) as Condition }
}

/** A condition names fields in leaves (`field`) and in operands (`{ref}`); both go along. */
function renamedIn(part: unknown, ids: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(part)) return part.map((one) => renamedIn(one, ids))
  if (typeof part !== 'object' || part === null) return part
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [key, (key === 'field' || key === 'ref') && typeof value === 'string' ? (ids.get(value) ?? value) : renamedIn(value, ids)]),
  )
}

function namesOf(rule: FormRule): string[] {
  return [...namesIn(rule.when), ...placesOf(rule)]
}
function namesIn(part: unknown): string[] {
  if (Array.isArray(part)) return part.flatMap(namesIn)
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) => ((key === 'field' || key === 'ref') && typeof value === 'string' ? [value] : namesIn(value)))
}
