/** Fields out of pasted text: a spreadsheet's head row (tabs) or one label per line; types guessed by the catalogue's words. */
import type { FieldTypeInfo } from '@/api/catalog'
import type { FormField, Locale } from '@/api/types'
import { freshField } from './fresh'

const MOST = 100

export function labelsOf(text: string): string[] {
  const lines = text.split(/\r?\n/).filter((line) => line.trim())
  const cells = lines[0]?.includes('\t') ? lines[0].split('\t') : lines
  return cells.map((cell) => cell.trim().replace(/^(\d+[.、)]|[-*•])\s*/, '').replace(/[:：*]+$/, '')).filter(Boolean).slice(0, MOST)
}

/** The type whose longest word stands in the label; plain text when none does. */
export function guessType(label: string, types: FieldTypeInfo[]): FieldTypeInfo | undefined {
  const lower = label.toLowerCase()
  let best: { type: FieldTypeInfo; length: number } | undefined
  for (const type of types) {
    if (type.value_kind === null) continue
    const words = [...Object.values(type.label), ...type.keywords].map((word) => word?.toLowerCase() ?? '')
    for (const word of words) {
      const isHan = /\p{Script=Han}/u.test(word)
      const stands = isHan ? word.length > 1 && lower.includes(word) : word.length > 3 && new RegExp(`(^|[^a-z])${word.replace(/[^a-z ]/g, '')}([^a-z]|$)`).test(lower)
      if (stands && word.length > (best?.length ?? 0)) best = { type, length: word.length }
    }
  }
  return best?.type ?? types.find((type) => type.id === 'text')
}

export function fieldsOf(text: string, types: FieldTypeInfo[], taken: Iterable<string>, locale: Locale): FormField[] {
  const used = [...taken]
  return labelsOf(text).flatMap((label) => {
    const type = guessType(label, types)
    if (!type) return []
    const field = freshField(type, used, { [locale]: label })
    if (/\*$|（必填）|\(required\)/i.test(label)) field.required = true
    used.push(field.id)
    return [field]
  })
}
