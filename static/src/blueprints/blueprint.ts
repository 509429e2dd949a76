/** A blueprint document as its designer sees it, and the first steps of one. */
import { http } from '@/api/http'
import type { Condition, FormField, FieldOption, L10n } from '@/api/types'
import type { People } from '@/approvals/flow'
import type { DefinitionSummary, RuleNode } from '@/rules/rule'
import type { Category, Item } from './transitions'

export interface State { option: string; category?: Category }
export interface Automatic { after?: string; field?: string; calendar?: string | null }
export interface Transition {
  key: string
  label: L10n
  from: string[]
  to: string
  who?: People[]
  when?: Condition | null
  require?: string[]
  ask?: string[]
  checklist?: Item[]
  comment?: 'off' | 'optional' | 'required'
  after?: RuleNode[]
  automatic?: Automatic | null
}
export interface BlueprintDocument {
  title: L10n
  form: string
  field: string
  initial?: string | null
  states: State[]
  transitions: Transition[]
}

export const ANY = '*'
export const CATEGORIES: Category[] = ['open', 'paused', 'won', 'lost']
export const createBlueprint = (app: string, document: BlueprintDocument) => http.post<DefinitionSummary>(`/apps/${app}/definitions`, { kind: 'blueprint', key: `blueprint_${Date.now().toString(36)}`, document })
/** The fields whose options can be states. */
export const stateFields = (fields: readonly FormField[]): FormField[] => fields.filter((field) => ['select', 'radio', 'image_choice'].includes(field.type) && (field.options?.length ?? 0) > 1)

const CATEGORY_OF: Record<string, Category> = { done: 'won', won: 'won', solved: 'won', closed: 'won', lost: 'lost', cancelled: 'lost', paused: 'paused', waiting: 'paused' }
const categoryOf = (option: FieldOption): Category => CATEGORY_OF[String((option as { category?: string }).category ?? '')] ?? 'open'

export function freshKey(taken: readonly string[], stem = 'step'): string {
  let number = taken.length + 1
  while (taken.includes(`${stem}_${number}`)) number += 1
  return `${stem}_${number}`
}
/** Every option a state, and a way from each to the next: something to change rather than an empty page. */
export function begun(field: FormField): Pick<BlueprintDocument, 'field' | 'states' | 'transitions' | 'initial'> {
  const options = field.options ?? []
  const states = options.map((option, at) => ({ option: option.value, category: at === options.length - 1 && categoryOf(option) === 'open' ? 'won' as const : categoryOf(option) }))
  const transitions = options.slice(1).map((option, at) => ({ key: `step_${at + 1}`, label: option.label as L10n, from: [options[at]?.value ?? ''], to: option.value }))
  return { field: field.id, states, transitions, initial: null }
}
export const initialOf = (document: Pick<BlueprintDocument, 'initial' | 'states'>): string => document.initial || document.states[0]?.option || ''
export const leads = (way: Pick<Transition, 'from' | 'to'>, state: string): boolean => way.to !== state && (way.from.includes(ANY) || way.from.includes(state))
/** The findings about a part of the document and what lies in it. */
export function under<T extends { field: string | null }>(findings: readonly T[], path: string): T[] {
  return findings.filter((one) => one.field === path || one.field?.startsWith(`${path}/`))
}
