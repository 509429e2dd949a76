/**
 * How the reader looks at a form's records: a saved view with personal changes on top. Filter, order, grouping and
 * search live in the address, so a look can be shared; columns and their widths live on this device per view.
 */
import type { Condition, ConditionLeaf, FormField } from '@/api/types'
import { groupOf, isLeaf } from '@/conditions/tree'
import { resolve } from '@/i18n'
import type { Column, ViewDocument } from './types'

export interface Look {
  columns: Column[]
  filter: Condition
  sort: string[]
  group_by: string | null
  density: 'compact' | 'comfortable'
}
/** What the reader changed; what is absent is as the view has it. */
export type LookChange = Partial<Look>

export const WIDTHS: Record<string, number> = { text: 150, number: 110, date: 120, datetime: 140, boolean: 84, choice: 124, choices: 180, user: 120, department: 130, record: 150, records: 190, files: 140 }
const OPTION_EXTRA = 52
const MOST_FOR_OPTIONS = 168
const STAR_WIDTH = 15
export const MIN_WIDTH = 60
export const MAX_WIDTH = 1200
const FIRST_COLUMNS = 8
const NO_SORT = ['-created_at']

/** The width at which a column's values can be read: options by their longest label, stars by their number. */
export function naturalWidth(field: FormField, kind: string | null): number {
  const usual = WIDTHS[kind ?? 'text'] ?? 140
  if (field.type === 'rating') return Math.max(usual, Number(field.max ?? 5) * STAR_WIDTH + 28)
  if (kind !== 'choice' || !field.options?.length) return usual
  const longest = Math.max(...field.options.map((option) => lengthOf(resolve(option.label) || option.value)))
  return Math.min(MOST_FOR_OPTIONS, Math.max(usual, Math.round(longest + OPTION_EXTRA)))
}
/** About how wide a chip's text is. */
function lengthOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter > '\u2e80' ? 12 : 6.6), 0)
}

/** The view that every form has: the first fields, newest first. */
export function plainLook(fields: FormField[]): Look {
  const shown = fields.filter((field) => !['textarea', 'hidden'].includes(field.type)).slice(0, FIRST_COLUMNS)
  return { columns: shown.map((field) => ({ field: field.id })), filter: {}, sort: NO_SORT, group_by: null, density: 'comfortable' }
}

export function lookOfView(view: ViewDocument, fields: FormField[]): Look {
  const known = new Set(fields.map((field) => field.id))
  const columns = view.columns.filter((column) => known.has(column.field))
  const plain = plainLook(fields)
  return {
    columns: columns.length ? columns : plain.columns,
    filter: view.filter ?? {},
    sort: view.sort?.length ? view.sort : plain.sort,
    group_by: view.group_by && known.has(view.group_by) ? view.group_by : null,
    density: view.density ?? 'comfortable',
  }
}

/** The parts of `look` that differ from `base`. */
export function changesOf(base: Look, look: Look): LookChange {
  const parts = Object.keys(base) as (keyof Look)[]
  return Object.fromEntries(parts.filter((part) => !same(base[part], look[part])).map((part) => [part, look[part]])) as LookChange
}
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b)
}

type Query = Record<string, unknown>
/** The part of a look that the address carries. */
export function readQuery(query: Query): LookChange {
  const found: LookChange = {}
  if (typeof query.filter === 'string') found.filter = parsed(query.filter)
  if (typeof query.sort === 'string') found.sort = query.sort.split(',').filter(Boolean)
  if (typeof query.group === 'string') found.group_by = query.group || null
  return found
}
export function writeQuery(change: LookChange): Record<string, string | undefined> {
  return {
    filter: change.filter && JSON.stringify(change.filter),
    sort: change.sort?.join(','),
    group: change.group_by === undefined ? undefined : (change.group_by ?? ''),
  }
}
function parsed(text: string): Condition {
  try {
    const found: unknown = JSON.parse(text)
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Condition) : {}
  } catch {
    return {}
  }
}

const UNARY = new Set(['empty', 'not_empty', 'changed'])
function isComplete(leaf: ConditionLeaf): boolean {
  if (!leaf.field) return false
  if (UNARY.has(leaf.op)) return true
  const values = Array.isArray(leaf.value) ? leaf.value : [leaf.value]
  return values.length > 0 && values.every((value) => value !== undefined && value !== null && value !== '')
}
/** The condition without comparisons that are still being written. */
export function complete(condition: Condition): Condition {
  if (isLeaf(condition)) return isComplete(condition) ? condition : {}
  if ('not' in condition) return { not: complete(condition.not as Condition) }
  const { mode, items } = groupOf(condition)
  const kept = items.map(complete).filter((item) => Object.keys(item).length)
  if (!kept.length) return {}
  return mode === 'all' ? { all: kept } : { any: kept }
}
/** Both conditions at once; an empty one asks for nothing. */
export function both(...conditions: Condition[]): Condition {
  const asked = conditions.filter((one) => Object.keys(one).length)
  if (asked.length < 2) return asked[0] ?? {}
  return { all: asked }
}

/** The condition that keeps the records of one group. */
export function inGroup(field: string, value: unknown): Condition {
  return value === null || value === '' ? { field, op: 'empty' } : { field, op: 'eq', value }
}

export function moveColumn(columns: Column[], from: number, to: number): Column[] {
  const moved = columns[from]
  if (!moved || to < 0 || to >= columns.length) return columns
  const rest = columns.filter((_, at) => at !== from)
  return [...rest.slice(0, to), moved, ...rest.slice(to)]
}
export function resizeColumn(columns: Column[], field: string, width: number): Column[] {
  const fitted = Math.round(Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, width)))
  return columns.map((column) => (column.field === field ? { ...column, width: fitted } : column))
}
/** The next order when a head is chosen: up, down, as before. */
export function cycleSort(sort: string[], field: string): string[] {
  const rest = sort.filter((one) => one !== field && one !== `-${field}`)
  if (sort[0] === field) return [`-${field}`, ...rest]
  return sort[0] === `-${field}` ? rest : [field, ...rest].slice(0, 5)
}
