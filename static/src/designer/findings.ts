/**
 * The server names places by their path in the document (`fields/3/options/0/label`); the designer speaks of fields.
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
  const place = PLACE.exec(path ?? '')
  return place ? (document.fields[Number(place[1])]?.id ?? null) : (path?.split('/')[0] ?? null)
}

function told(many: Finding[]): Finding {
  const first = many[0] as Finding
  return many.length === 1 ? first : { ...first, field: null, message: t('designer.inPlaces', { what: first.message, n: many.length }) }
}
