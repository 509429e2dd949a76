/**
 * What a rule knows at one of its steps beside the record: what set it off (`var.message_subject`), results that earlier steps keep
 * (`var.open`, of a query also `var.open.title`, of the first record it found) and what a loop stands at (`item.price`). All are
 * shown as fields.
 */
import { computed, inject, provide, shallowRef, watch, type ComputedRef, type InjectionKey } from 'vue'
import { catalog, typeInfo } from '@/api/catalog'
import type { FormField, L10n } from '@/api/types'
import { i18n, LOCALES, resolve, t } from '@/i18n'
import { columnsOf } from '@/records/values/rows/sheet'
import { ruleApi, type RuleNode, type Trigger } from './rule'

const KIND_TYPES: Record<string, string> = { number: 'number', text: 'text', date: 'date', datetime: 'datetime', boolean: 'boolean' }
const RESERVED = (): FormField[] => [
  { id: 'id', type: 'text', label: words('rules.recordId') },
  { id: 'created_at', type: 'datetime', label: words('rules.createdAt') },
  { id: 'created_by', type: 'user', label: words('rules.createdBy') },
]
const PEOPLE = (): FormField[] => [{ id: 'id', type: 'user', label: words('rules.person') }, { id: 'name', type: 'text', label: words('rules.personName') }]

/** The ways that hang on a step, each with what is on it. */
export function waysOf(node: RuleNode): RuleNode[][] {
  return [node.then, node.else, node.late, node.nodes, ...(node.branches ?? []).map((branch) => branch.nodes)].filter((way): way is RuleNode[] => way !== undefined)
}

/** What is known from the start, since the trigger gives it; templates quote `message_subject` as `message.subject`. */
export function broughtBy(trigger: Trigger | undefined): FormField[] {
  const types = (catalog.value?.raw.triggers ?? []) as { id: string; gives?: Record<string, string> }[]
  const gives = types.find((one) => one.id === trigger?.type)?.gives ?? {}
  return Object.entries(gives).map(([name, kind]) => ({ ...keptAs(name, kind), ...(i18n.global.te(`rules.gives.${name}`) && { label: words(`rules.gives.${name}`) }), quote: name.replace('_', '.') }))
}

/** Step → what is known there beside the record, in the order of writing. */
export function knownAt(nodes: readonly RuleNode[], fields: readonly FormField[], fieldsOf: (form: string) => FormField[], brought: readonly FormField[] = []): Map<string, FormField[]> {
  const found = new Map<string, FormField[]>()
  let kept: FormField[] = [...brought]
  const queried = new Map<string, FormField[]>()
  const itemsOf = (node: RuleNode): FormField[] => {
    const of = (node.of ?? {}) as { field?: string; var?: string; users?: unknown }
    const subform = fields.find((field) => field.id === of.field)
    const columns = of.users ? PEOPLE() : of.var ? (queried.get(of.var) ?? []) : subform ? columnsOf(subform) : []
    return columns.map((column) => ({ ...column, id: `item.${column.id}`, label: named('rules.itemOf', { field: resolve(column.label) || column.id }) }))
  }
  const walk = (list: readonly RuleNode[], item: FormField[]): void => list.forEach((node) => {
    found.set(node.id, [...kept, ...item])
    const name = typeof node.name === 'string' ? node.name : ''
    if (node.type === 'query_records' && name) {
      const columns = [...stored(fieldsOf(String(node.form ?? ''))), ...RESERVED()]
      queried.set(name, columns)
      kept = [...kept, { id: `var.${name}`, type: 'number', label: named('rules.countOf', { name }) }, ...columns.map((column) => ({ ...column, id: `var.${name}.${column.id}`, label: named('rules.firstOf', { name, field: resolve(column.label) || column.id }) }))]
    }
    if (node.type === 'formula' && name) kept = [...kept, keptAs(name, node.kind)]
    if (node.type === 'call_webhook') kept = [...kept, ...((node.answers ?? []) as { name: string; kind?: string }[]).map((one) => keptAs(one.name, one.kind ?? 'text'))]
    const inside = node.type === 'for_each' ? itemsOf(node) : item
    waysOf(node).forEach((way) => walk(way, inside))
  })
  walk(nodes, [])
  return found
}
const keptAs = (name: string, kind: unknown): FormField => ({ id: `var.${name}`, type: KIND_TYPES[String(kind ?? 'number')] ?? 'text', label: named('rules.keptAs', { name }) })
const stored = (fields: readonly FormField[]) => fields.filter((field) => typeInfo(field.type)?.is_stored !== false && !typeInfo(field.type)?.columns_in)
/** Queries that a loop at this step may go through. */
export const queriesAmong = (known: readonly FormField[]) => known.filter((field) => known.some((other) => other.id.startsWith(`${field.id}.`)))
/** Conditions name one value of each. */
export const comparableOf = (known: readonly FormField[]) => known.filter((field) => field.id.split('.').length <= 2)

/** How a value of a rule says where it is taken from. */
export function expressionOf(source: string): Record<string, string> {
  const [head, rest] = [source.slice(0, source.indexOf('.')), source.slice(source.indexOf('.') + 1)]
  return head === 'var' || head === 'item' ? { [head]: rest } : { ref: source }
}
export function sourceOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return null
  const { ref, item, var: kept } = value as { ref?: string; item?: string; var?: string }
  return ref ?? (item !== undefined ? `item.${item}` : kept !== undefined ? `var.${kept}` : null)
}
/** How a text quotes a field among these: that of the record, of what a loop stands at, of the first record found, or how many were. */
export function quoteOf(id: string, among: readonly FormField[]): string {
  if (id.startsWith('item.')) return id
  const own = among.find((one) => one.id === id)?.quote
  if (typeof own === 'string') return own
  if (!id.startsWith('var.')) return `record.${id}`
  const [, name, ...field] = id.split('.')
  return field.length ? `var.${name}.first.${field.join('.')}` : queriesAmong(among).some((one) => one.id === id) ? `${id}.count` : id
}

const words = (key: string): L10n => named(key, {})
const named = (key: string, params: Record<string, string>): L10n => Object.fromEntries(LOCALES.map((locale) => [locale, t(key, params)])) as L10n

const KNOWN: InjectionKey<(step: string) => FormField[]> = Symbol('known')
const nothing = (): FormField[] => []
/** What is known at a step of the rule around; outside rules, nothing. */
export const useKnown = () => inject(KNOWN, nothing)

/** Tell the editors inside what each step knows. */
export function provideKnown(app: string, nodes: ComputedRef<readonly RuleNode[]>, fields: ComputedRef<FormField[]>, trigger: ComputedRef<Trigger | undefined>): void {
  const forms = shallowRef<Record<string, FormField[]>>({})
  const asked = new Set<string>()
  const wanted = computed(() => [...new Set(queriedForms(nodes.value))])
  watch(wanted, (keys) => keys.filter((key) => !asked.has(key)).forEach((key) => {
    asked.add(key)
    void ruleApi.form(app, key).then((form) => (forms.value = { ...forms.value, [key]: form.document.fields }), () => asked.delete(key))
  }), { immediate: true })
  const known = computed(() => knownAt(nodes.value, fields.value, (key) => forms.value[key] ?? [], broughtBy(trigger.value)))
  provide(KNOWN, (step) => known.value.get(step) ?? [])
}
const queriedForms = (nodes: readonly RuleNode[]): string[] => nodes.flatMap((node) => [...(node.type === 'query_records' && node.form ? [String(node.form)] : []), ...waysOf(node).flatMap(queriedForms)])
