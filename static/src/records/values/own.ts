/** Answers that people write themselves beside the options of a choice; their values are marked (`shared/conditions`). */
import type { FieldOption, FormField, L10n } from '@/api/types'
import { t } from '@/i18n'
import { MARK } from '@/shared/conditions'
import type { Choice } from './names'

const OTHER: L10n = { 'zh-CN': '其他', en: 'Other' }

export function isOwn(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(MARK)
}

/** What was written. */
export function ownText(value: string): string {
  return value.slice(MARK.length)
}

export function ownValue(text: string): string {
  return MARK + text.trim()
}

/** What somebody who types in a list may take instead of an option. */
export const writeOwn = (words: string): Choice => ({ value: ownValue(words), label: words.trim(), detail: t('records.ownAnswer') })
export const nameOwn = (value: string): string | undefined => (isOwn(value) ? ownText(value) : undefined)

/** Of several answers that were written only the last one stays: one at a time can be somebody's own. */
export function oneOwn(values: string[]): string[] {
  const last = values.findLast(isOwn)
  return values.filter((one) => !isOwn(one) || one === last)
}

/** The options, and the choice to write an answer where that is allowed: what can be compared with and offered. */
export function offeredBy(field: FormField): FieldOption[] {
  const options = field.options ?? []
  if (!field.own_answer) return options
  const called = Object.entries((field.own_label ?? {}) as L10n).filter(([, words]) => words)
  return [...options, { value: MARK, label: { ...OTHER, ...Object.fromEntries(called) } }]
}

/** The field with what is still offered. */
export function withoutBarred(field: FormField, isGone: (value: string) => boolean): FormField {
  return { ...field, options: (field.options ?? []).filter((one) => !isGone(one.value)), ...(field.own_answer ? { own_answer: !isGone(MARK) } : {}) }
}
