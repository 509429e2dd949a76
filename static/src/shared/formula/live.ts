/**
 * Computed fields while somebody types: the twin of `platform/definitions/computed.py` over the trees that the server
 * hands out, in the order of their needs. The server computes again when the record is stored and has the last word.
 * `tests/shared/computed.json` is run by both.
 */
import type { Kind } from '@/shared/conditions'
import { moment } from './calendar'
import { compile, type Tree } from './evaluate'
import { READ, type Reading } from './functions/function'
import { parted, rounded } from './numeric'
import { Day, dayText, Decimal, Env, Fault, isObject, Moment, type Setting, type Value, whole, written } from './values'

export type Result = 'number' | 'text' | 'date' | 'boolean'
export interface LiveFormula {
  id: string
  tree: Tree
  result: Result
  decimals: number
  /** What stands before an amount, and what is counted. */
  sign?: string
  unit?: string
}
/** A default by formula: what stands in a field as long as nobody wrote something else there. */
export interface Suggestion {
  id: string
  tree: Tree
  kind: Kind
  decimals: number
}
/** The inside of a sub-form: what its columns hold, and what is computed in each row before the form's own formulas. */
export interface LiveRows {
  formulas: readonly LiveFormula[]
  kinds: Kinds
}
type Kinds = Readonly<Record<string, Kind | null | undefined>>
export type Answers = Readonly<Record<string, unknown>>
export type Compute = (answers: Answers, setting: Setting) => Record<string, unknown>

const READ_AS: Readonly<Record<Result, Reading>> = { number: 'number', text: 'text', date: 'day', boolean: 'boolean' }
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)$/
/** What fits into 64 bits, as the database keeps numbers. */
const LARGEST = new Decimal('9000000000000000000')

/** What the computed fields are with these answers, as the API shows values; what can't be computed is null. */
export function computing(formulas: readonly LiveFormula[], kinds: Kinds, rows: Readonly<Record<string, LiveRows>> = {}): Compute {
  const run = running(formulas)
  const inside = Object.entries(rows).map(([id, one]) => ({ id, kinds: one.kinds, run: running(one.formulas), isComputed: one.formulas.length > 0 }))
  return (answers, setting) => {
    const values: Record<string, Value> = {}
    for (const [id, answer] of Object.entries(answers)) if (!(id in rows)) values[id] = readable(kinds[id], answer)
    const found: Record<string, unknown> = {}
    for (const one of inside) {
      const given = answers[one.id]
      if (!Array.isArray(given)) continue
      const lines = (given as Record<string, unknown>[]).map((row) => inRow(row, values, one.kinds, one.run, setting))
      values[one.id] = lines.map((line) => line.values)
      if (one.isComputed) found[one.id] = lines.map((line) => line.row)
    }
    return { ...found, ...run(values, setting) }
  }
}

type Run = (values: Record<string, Value>, setting: Setting) => Record<string, unknown>

/** The function that computes formulas in their order, and puts what comes out among the values. */
function running(formulas: readonly LiveFormula[]): Run {
  const compiled = formulas.map((one) => ({ ...one, run: compile(one.tree) }))
  return (values, setting) => {
    const found: Record<string, unknown> = {}
    for (const { id, run, result, decimals } of compiled) {
      const value = resultOf(run(values, setting), result, decimals, setting)
      values[id] = value
      found[id] = dumped(value, decimals)
    }
    return found
  }
}

/** Puts into answers what formulas suggest; `isFree` says where nobody wrote anything, `put` does it. Returns the answers with what is computed. */
export type Suggest = (answers: Answers, setting: Setting, isFree: (id: string, answer: unknown, found: unknown) => boolean, put: (id: string, value: unknown) => void) => Record<string, unknown>

/** What computes the computed fields, and before that suggests what defaults by formula give. */
export function following(formulas: readonly LiveFormula[], suggestions: readonly Suggestion[], kinds: Kinds, rows: Readonly<Record<string, LiveRows>> = {}): Suggest {
  const compute = computing(formulas, kinds, rows)
  const compiled = suggestions.map((one) => ({ ...one, run: compile(one.tree) }))
  return (answers, setting, isFree, put) => {
    const known: Record<string, unknown> = { ...answers, ...compute(answers, setting) }
    for (const { id, run, kind, decimals } of compiled) {
      const values = Object.fromEntries(Object.entries(known).map(([name, answer]) => [name, readable(kinds[name], answer)]))
      const found = typedAs(run(values, setting), kind, decimals, setting)
      if (!isFree(id, known[id], found) || String(found ?? '') === String(known[id] ?? '')) continue
      put(id, found)
      known[id] = found
      Object.assign(known, compute(known, setting))
    }
    return known
  }
}

/** The value of a formula as it could have been typed into a field of that kind. */
function typedAs(value: Value, kind: Kind, decimals: number, setting: Setting): unknown {
  if (value === null || value instanceof Fault) return null
  const env = new Env({}, setting)
  try {
    if (kind === 'number') return rounded(READ.number(env, value), decimals).toFixed()
    if (kind === 'date') return dayText(READ.day(env, value))
    if (kind === 'datetime') return new Date(READ.when(env, value)).toISOString().slice(0, 16)
    if (kind === 'boolean') return READ.boolean(env, value)
    if (kind === 'choices') return (Array.isArray(value) ? value : [value]).map((one) => READ.text(env, one))
    return READ.text(env, value)
  } catch (fault) {
    if (fault instanceof Fault) return null
    throw fault
  }
}

/** One row with what is computed in it: a name that is no column is a field of the record. */
function inRow(row: Record<string, unknown>, record: Record<string, Value>, kinds: Kinds, run: Run, setting: Setting) {
  const own: Record<string, Value> = {}
  for (const [id, answer] of Object.entries(row)) own[id] = readable(kinds[id], answer)
  const values: Record<string, Value> = { ...record, ...own }
  const computed = run(values, setting)
  for (const id of Object.keys(computed)) own[id] = values[id] ?? null
  return { row: { ...row, ...computed }, values: own }
}

/** A computed value as people read it. */
export function shownAs(formula: LiveFormula, value: unknown, locale: string): string {
  if (value === null || value === undefined) return ''
  if (formula.result === 'boolean') return locale === 'zh-CN' ? (value ? '是' : '否') : value ? 'Yes' : 'No'
  if (formula.result === 'date') return dateText(String(value), locale)
  if (formula.result === 'text') return String(value)
  const [digits = '', part = ''] = String(value).replace('-', '').split('.')
  const amount = `${String(value).startsWith('-') ? '-' : ''}${parted(digits)}${part && `.${part}`}`
  return `${formula.sign ?? ''}${amount}${formula.unit ? ` ${formula.unit}` : ''}`
}

/** An answer as the API writes it, or as it was typed, as formulas read it; what isn't one of its kind yet is nothing. */
export function readable(kind: Kind | null | undefined, answer: unknown): Value {
  if (answer === undefined || answer === null || answer === '') return null
  if (Array.isArray(answer) && !answer.length) return null
  if (typeof answer !== 'string') return kind === 'number' && Array.isArray(answer) ? seconds(answer) : plainValue(answer)
  const text = answer.trim()
  switch (kind) {
    case 'number':
      return NUMBER.test(text) ? written(text) : null
    case 'boolean':
      return text === 'true' || text === 'on' || text === '1'
    case 'date':
    case 'datetime': {
      const found = moment(text)
      if (found?.kind === 'day') return new Day(found.at)
      return found?.kind === 'moment' ? new Moment(found.at) : null
    }
    default:
      return text || null
  }
}

/** A length of time as it is typed: hours, minutes and perhaps seconds. */
function seconds(parts: readonly unknown[]): Value {
  return whole(parts.reduce((sum: number, part, at) => sum + (Number(part) || 0) * ([3600, 60, 1][at] ?? 0), 0))
}

function plainValue(value: unknown): Value {
  if (typeof value === 'number') return Number.isFinite(value) ? new Decimal(value) : null
  if (Array.isArray(value)) return value.map(plainValue)
  if (isObject(value as Value)) return Object.fromEntries(Object.entries(value as object).map(([name, one]) => [name, plainValue(one)]))
  return value as Value
}

function resultOf(value: Value, result: Result, decimals: number, setting: Setting): Value {
  if (value === null || value instanceof Fault) return null
  try {
    const found = READ[READ_AS[result]](new Env({}, setting), value) as Value | number
    if (typeof found === 'number') return new Day(found)
    return found instanceof Decimal ? exact(found, decimals) : found
  } catch (fault) {
    if (fault instanceof Fault) return null
    throw fault
  }
}

/** The number as its column holds it, or null where it is too large for it. */
function exact(number: InstanceType<typeof Decimal>, decimals: number): Value {
  return number.abs().times(`1e${decimals}`).gt(LARGEST) ? null : rounded(number, decimals)
}

function dumped(value: Value, decimals: number): unknown {
  if (value instanceof Decimal) return value.isZero() ? new Decimal(0).toFixed(decimals) : value.toFixed(decimals)
  return value instanceof Day ? dayText(value.days) : value
}

function dateText(day: string, locale: string): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number)
  return locale === 'zh-CN' ? `${year}年${month}月${date}日` : `${date} ${MONTHS[month - 1] ?? ''} ${year}`
}
