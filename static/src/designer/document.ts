/** The form document as the designer works on it; the server's check has the last word on what is valid. */
import type { Condition, FormField, L10n, Locale } from '@/api/types'
import type { Rule } from '@/shared/rules'
import { placesOf } from './logic/effects'

export interface FormRule extends Rule {
  id: string
}
/** What must be true of a record, by a condition or by a formula, and what is said where it is not. */
export interface FormCheck {
  id: string
  when?: Condition
  formula?: string
  message: L10n
  fields?: string[]
}
/** Whether respondents can be sent on to this address; the server's check has the last word. */
export const isOnward = (url: string | undefined): boolean => !url || /^https:\/\/[^\s@]+\.[^\s@]+$/.test(url)
/** The end page of answers of which a condition holds. */
export interface Ending {
  id: string
  when: Condition
  title?: L10n
  text?: L10n
  redirect?: { url?: string; fields?: string[] } | null
  disqualified?: boolean
}
/** What a form takes one answer from. */
export interface Limit {
  by: 'device' | 'network' | 'field' | 'person'
  field?: string
  period?: 'ever' | 'day' | 'week' | 'month'
}
/** What respondents may change of their own record. */
export interface OwnEdit {
  fields: string[]
  days?: number
  until?: string
  when?: Condition
}
/** The respondent's own way back to his record. */
export interface OwnLink {
  see?: string[]
  edit?: OwnEdit | null
  days?: number
}
/** How the public pages look; what is left out is that of the ready theme. */
export interface Theme {
  preset?: string
  scheme?: 'light' | 'dark' | 'auto'
  accent?: string
  background?: string
  font?: 'sans' | 'serif' | 'rounded' | 'mono'
  text_size?: 'small' | 'medium' | 'large'
  density?: 'compact' | 'regular' | 'roomy'
  radius?: 'none' | 'small' | 'medium' | 'large'
  labels?: 'top' | 'left'
  layout?: 'side' | 'top' | 'plain'
  cover_image?: string
  logo?: string
  variables?: Record<string, string>
}
export interface FormSettings {
  languages?: Locale[]
  submit_label?: L10n
  thanks?: L10n
  open_from?: string | null
  open_until?: string | null
  quota?: number | null
  quiz?: { show?: 'nothing' | 'score' | 'answers'; pass_mark?: number | string | null } | null
  shuffle_pages?: boolean
  rate_per_hour?: number
  proof_of_work?: boolean
  cover?: { kind: string; seed: string; color?: string } | null
  theme?: Theme
  mode?: 'page' | 'cards'
  offline?: boolean
  closed_message?: L10n
  not_yet_message?: L10n
  ended_message?: L10n
  full_message?: L10n
  contact?: L10n
  show_answers?: boolean
  submit_again?: boolean
  endings?: Ending[]
  redirect?: { url?: string; fields?: string[] } | null
  limits?: Limit[]
  own_link?: OwnLink | null
  moderation?: boolean
  save_later?: { days?: number } | null
  prefill?: boolean
  one_answer_per_link?: boolean
  countdown?: boolean
  [name: string]: unknown
}
export interface FormDocument {
  title: L10n
  description?: L10n
  fields: FormField[]
  rules?: FormRule[]
  checks?: FormCheck[]
  title_field?: string
  customer?: { name?: string; email?: string; phone?: string }
  buttons?: { id: string; label: L10n }[]
  settings?: FormSettings
  [name: string]: unknown
}

export function fieldOf(document: FormDocument, id: string): FormField | undefined {
  return document.fields.find((field) => field.id === id)
}

export function indexOf(document: FormDocument, id: string): number {
  return document.fields.findIndex((field) => field.id === id)
}

const ID = /^[a-z][a-z0-9_]{0,39}$/
export const RESERVED = new Set(['id', 'rev', 'created_at', 'created_by', 'updated_at', 'updated_by'])

export function isFieldId(text: string): boolean {
  return ID.test(text) && !RESERVED.has(text)
}

/** A free id that starts with `base`: `text`, `text_2`, `text_3` … */
export function freeId(taken: Iterable<string>, base: string): string {
  const used = new Set([...taken, ...RESERVED])
  let id = base
  for (let number = 2; used.has(id); number++) id = `${base}_${number}`
  return id
}

/** The field itself, or a section with everything up to the next one when it is `whole`. */
export function blockOf(document: FormDocument, id: string, opensSection: (type: string) => boolean): string[] {
  const start = indexOf(document, id)
  const field = document.fields[start]
  if (!field || !opensSection(field.type)) return field ? [id] : []
  const rest = document.fields.slice(start + 1)
  const end = rest.findIndex((one) => opensSection(one.type))
  return [id, ...(end < 0 ? rest : rest.slice(0, end)).map((one) => one.id)]
}

/** The rules that name the field, in their condition or in what they do. */
export function rulesAbout(document: FormDocument, id: string): FormRule[] {
  const names = (when: Condition): boolean => {
    if ('all' in when) return (when.all as Condition[]).some(names)
    if ('any' in when) return (when.any as Condition[]).some(names)
    if ('not' in when) return names(when.not as Condition)
    return 'field' in when && when.field === id
  }
  return (document.rules ?? []).filter((rule) => names(rule.when) || placesOf(rule).includes(id))
}
