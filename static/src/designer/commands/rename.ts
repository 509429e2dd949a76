import type { FormField } from '@/api/types'
import { LOCALES } from '@/i18n'
import type { FormDocument } from '../document'
import type { Command } from './command'

/**
 * Give a field another id, everywhere in the document: in rules, conditions, formulas, texts that quote it and settings.
 * Only sensible before its first publication.
 */
export interface Rename {
  kind: 'rename'
  from: string
  to: string
}
/** Keys whose texts are words of their own, even where they look like the id of a field (as in `form_uses.py`). */
const NO_FIELD = new Set([
  'id', 'type', 'value', 'key', 'op', 'by', 'period', 'kind', 'flow', 'form', 'url', 'color', 'icon', 'seed', 'default', 'pattern', 'width',
  'from_link', 'currency', 'unit', 'name', 'title', 'label', 'format', 'prefix', 'languages', 'mode', 'layout', 'columns', 'rows', 'theme',
])
const isL10n = (part: object) => Object.keys(part).length > 0 && Object.keys(part).every((key) => (LOCALES as readonly string[]).includes(key))

/** A formula names fields by words that stand outside of quotation marks and call nothing. */
export function renamedInFormula(formula: string, from: string, to: string): string {
  return formula.replace(/"(?:[^"]|"")*"|[A-Za-z_][A-Za-z0-9_]*(?!\w)(\s*\()?/g, (word, call: string | undefined) => (word === from && !call ? to : word))
}

function walk(part: unknown, key: string, from: string, to: string, isForeign: boolean, isCustomer: boolean): unknown {
  if (typeof part === 'string') {
    if (key === 'formula') return renamedInFormula(part, from, to)
    return part === from && !isForeign && (isCustomer || !NO_FIELD.has(key)) ? to : part
  }
  if (Array.isArray(part)) return part.map((one) => walk(one, key, from, to, isForeign, isCustomer))
  if (typeof part !== 'object' || part === null) return part
  if (isL10n(part)) return Object.fromEntries(Object.entries(part).map(([language, text]) => [language, typeof text === 'string' ? text.replaceAll(`{${from}}`, `{${to}}`) : text]))
  const inner = isForeign || typeof (part as { form?: unknown }).form === 'string'
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [name, walk(value, name, from, to, inner && name !== 'ref', isCustomer || name === 'customer')]))
}

/** Fill rules stand beside the name of another form, but what they fill in is a field of this one. */
function renamedInFills(field: FormField, from: string, to: string): FormField {
  if (!Array.isArray(field.fill)) return field
  return { ...field, fill: (field.fill as { to: string }[]).map((rule) => (rule.to === from ? { ...rule, to } : rule)) }
}

export function apply(document: FormDocument, { from, to }: Rename): FormDocument {
  const changed = walk(document, '', from, to, false, false) as FormDocument
  return { ...changed, fields: changed.fields.map((field) => renamedInFills(field.id === from ? { ...field, id: to } : field, from, to)) }
}

export function invert(_document: FormDocument, { from, to }: Rename): Command {
  return { kind: 'rename', from: to, to: from }
}
