/**
 * The server names places by their path in the document (`fields/3/options/0/label`); the designer speaks of fields, and of nodes.
 * A translation that is missing in many places is told once, with their number.
 */
import { t } from '@/i18n'
import type { FormDocument } from './document'
import type { Finding } from './draft'

const PLACE = /^fields\/(\d+)(?:\/|$)/

export function located(findings: Finding[], document: FormDocument): Finding[] {
  const found = findings.map((one) => ({ ...one, path: one.field, field: fieldAt(one.field, document) }))
  const untranslated = new Map<string, Finding[]>()
  for (const one of found.filter((candidate) => candidate.code === 'missing_language')) untranslated.set(String(one.message), [...(untranslated.get(String(one.message)) ?? []), one])
  return [...found.filter((one) => one.code !== 'missing_language'), ...[...untranslated.values()].map(told)]
}

function fieldAt(path: string | null, document: FormDocument): string | null {
  if (path?.startsWith('nodes/')) return nodeAt(path, document)
  const place = PLACE.exec(path ?? '')
  return place ? (document.fields[Number(place[1])]?.id ?? null) : (path?.split('/')[0] ?? null)
}

/** The innermost node of a flow, or branch of one, that the path leads through. */
function nodeAt(path: string, document: FormDocument): string | null {
  let part: unknown = document
  let found: string | null = null
  for (const name of path.split('/')) {
    part = typeof part === 'object' && part !== null ? (part as Record<string, unknown>)[name] : undefined
    const id = typeof part === 'object' && part !== null ? (part as { id?: unknown; nodes?: unknown; type?: unknown }) : null
    if (typeof id?.id === 'string' && (typeof id.type === 'string' || Array.isArray(id.nodes))) found = id.id
  }
  return found
}

function told(many: Finding[]): Finding {
  const first = many[0] as Finding
  return many.length === 1 ? first : { ...first, field: null, message: t('designer.inPlaces', { what: first.message, n: many.length }) }
}
