/**
 * Conditions in the browser: the twin of `platform/definitions/conditions`, one meaning with the server's closure and
 * its SQL. `tests/shared/conditions.json` is run by all three.
 *
 * Values are those of the API: numbers as text or number, days as YYYY-MM-DD, moments as RFC 3339, several choices as
 * a list, nothing as null; an empty text or list counts as nothing. A tree is one that the server accepted: a leaf
 * that can't be read here is simply false. Nothing is imported, since the public page ships this file.
 */
import type { Condition, ConditionLeaf } from '@/api/types'

export type Kind = 'text' | 'number' | 'date' | 'time' | 'datetime' | 'boolean' | 'choice' | 'choices' | 'user' | 'users' | 'department' | 'departments' | 'record' | 'records' | 'files' | 'object'
export type Kinds = Readonly<Record<string, Kind | null | undefined>>
export type Values = Readonly<Record<string, unknown>>
export type Predicate = (values: Values) => boolean
/** What computed operands and the operators about change need. */
export interface Setting {
  now?: Date
  me?: string | null
  before?: Values
  /** The installation's time zone: its days are the days of `today`, its clock shows times without a zone. */
  zone?: string
}
/** A value that compares with `<`: moments become milliseconds, exact decimals become scaled integers. */
type Comparable = string | number | boolean | bigint | readonly string[]
type Test = (value: Comparable, operand: never) => boolean

const RESERVED: Kinds = { id: 'text', rev: 'number', created_at: 'datetime', created_by: 'user', updated_at: 'datetime', updated_by: 'user' }
/** Number operands have at most 28 digits on each side of the point; values have at most 8 decimal places. */
const PLACES = 28
/** Begins the value of an answer that somebody wrote himself, and no option's; alone it stands for any such answer. */
export const MARK = 'other:'
/** Kinds whose values are more than the text they are written as. */
const PARSED: ReadonlySet<Kind> = new Set<Kind>(['number', 'date', 'datetime', 'boolean'])

/** A predicate over values by field id. */
export function compile(condition: Condition, kinds: Kinds, setting: Setting = {}): Predicate {
  if ('field' in condition) return leaf(condition as ConditionLeaf, kinds, setting)
  if ('not' in condition) {
    const inner = compile(condition.not as Condition, kinds, setting)
    return (values) => !inner(values)
  }
  const any = 'any' in condition
  const parts = ((any ? condition.any : condition.all) ?? []) as Condition[]
  const tests = parts.map((part) => compile(part, kinds, setting))
  if (!tests.length) return () => true
  return any ? (values) => tests.some((test) => test(values)) : (values) => tests.every((test) => test(values))
}

/** What the fields hold, with the columns of sub-forms under `field.column`. */
export function kindsOf(fields: readonly { id: string; kind: Kind | null; columns?: readonly { id: string; kind: Kind | null }[] }[]): Kinds {
  return Object.fromEntries(fields.flatMap(({ id, kind, columns = [] }) => [[id, kind], ...columns.map((one) => [`${id}.${one.id}`, one.kind])]))
}

/** Ids of the fields that a condition names; a column counts as its sub-form. */
export function fieldsOf(condition: Condition): string[] {
  if ('field' in condition) {
    const { field, value } = condition as ConditionLeaf
    return [field.split('.')[0] as string, ...[value].flat().flatMap((part) => (isObject(part) && typeof part.ref === 'string' ? [part.ref] : []))]
  }
  const parts = 'not' in condition ? [condition.not] : ((condition as { all?: Condition[] }).all ?? (condition as { any?: Condition[] }).any ?? [])
  return (parts as Condition[]).flatMap(fieldsOf)
}

/** A text with A to Z in lower case and everything else as it is: what all back-ends agree on. */
export function fold(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** What was chosen: an option's value, or the mark for whatever was written. */
export function behind(value: string): string {
  return value.startsWith(MARK) ? MARK : value
}

export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)
}

const order: Record<string, Test> = {
  gt: (a: Comparable, b: Comparable) => a > b,
  gte: (a: Comparable, b: Comparable) => a >= b,
  lt: (a: Comparable, b: Comparable) => a < b,
  lte: (a: Comparable, b: Comparable) => a <= b,
  between: (a: Comparable, [from, to]: [Comparable, Comparable]) => a >= from && a <= to,
}
const TESTS: Record<string, Test> = {
  ...order,
  eq: same,
  ne: (a: Comparable, b: Comparable) => !same(a, b),
  in: among,
  nin: (a: Comparable, b: Comparable[]) => !among(a, b),
  contains,
  not_contains: (a: Comparable, b: string) => !contains(a, b),
  starts_with: (a: Comparable, b: string) => fold(a as string).startsWith(fold(b)),
  ends_with: (a: Comparable, b: string) => fold(a as string).endsWith(fold(b)),
  within_last: order.between as Test,
  within_next: order.between as Test,
  changed_to: same,
  changed_from: same,
}
const DAY = 86_400_000
/** Where zones are looked at: near the ends of the calendar none is, on the server neither. */
const [EARLIEST, LATEST] = [Date.parse('0100-01-01'), Date.parse('9999-12-30')]
const clocks = new Map<string, Intl.DateTimeFormat>()
/** Satisfied by a missing value. */
const WHEN_MISSING = new Set(['empty', 'ne', 'nin', 'not_contains'])

/** A column of a sub-form is met when some row meets it. */
function leaf(given: ConditionLeaf, kinds: Kinds, setting: Setting): Predicate {
  const test = single(given, kinds, setting)
  const [name = '', column] = given.field.split('.')
  if (!column) return test
  return (values) => Array.isArray(values[name]) && (values[name] as Values[]).some((row) => test({ ...values, [given.field]: row[column] }))
}

function single({ field, op, value }: ConditionLeaf, kinds: Kinds, setting: Setting): Predicate {
  const kind = kinds[field] ?? RESERVED[field]
  const missing = WHEN_MISSING.has(op)
  if (!kind) return () => false
  if (op === 'empty' || op === 'not_empty') return (values) => isMissing(values[field]) === missing
  if (op.startsWith('changed')) return overChange(field, op, value, kind, setting)
  const test = TESTS[op]
  if (!test) return () => false
  return (values) => {
    const actual = read(values[field], kind, setting.zone)
    if (actual === null) return missing
    const operand = op.startsWith('within_') ? window(op, value, kind, setting) : operandOf(value, kind, values, setting)
    return operand === null ? missing : test(asAsked(actual, operand, kind), operand as never)
  }
}

function overChange(field: string, op: string, value: unknown, kind: Kind, setting: Setting): Predicate {
  return (values) => {
    if (!setting.before) return false
    const [before, after] = [read(setting.before[field], kind, setting.zone), read(values[field], kind, setting.zone)]
    if (before === after || (before !== null && after !== null && same(before, after))) return false
    if (op === 'changed') return true
    const side = op === 'changed_to' ? after : before
    const operand = operandOf(value, kind, values, setting)
    return side !== null && operand !== null && same(asAsked(side, operand, kind), operand as Comparable)
  }
}

/** A choice as its operand asks for it: one that names the mark asks for no particular text. */
function asAsked(actual: Comparable, operand: unknown, kind: Kind): Comparable {
  if ((kind !== 'choice' && kind !== 'choices') || ![operand].flat().includes(MARK)) return actual
  return Array.isArray(actual) ? actual.map(behind) : behind(actual as string)
}

function same(a: Comparable, b: Comparable): boolean {
  if (!Array.isArray(a)) return a === b
  const [left, right] = [new Set(a), new Set(Array.isArray(b) ? b : [b])]
  return left.size === right.size && [...left].every((one) => right.has(one))
}

function among(a: Comparable, b: Comparable[]): boolean {
  return Array.isArray(a) ? a.some((one) => b.includes(one)) : b.includes(a)
}

function contains(a: Comparable, b: string): boolean {
  return Array.isArray(a) ? a.includes(b) : fold(a as string).includes(fold(b))
}

/** The operand as it compares, or null when it, or a part of it, is not known. */
function operandOf(value: unknown, kind: Kind, values: Values, setting: Setting): Comparable | Comparable[] | null {
  if (Array.isArray(value)) {
    const parts = value.map((part) => operandOf(part, kind, values, setting) as Comparable | null)
    return parts.includes(null) ? null : (parts as Comparable[])
  }
  if (isObject(value)) return typeof value.ref === 'string' ? read(values[value.ref], kind, setting.zone) : computed(value.fn, kind, setting)
  if (typeof value === 'string' && !PARSED.has(kind)) return kind === 'text' ? value.normalize('NFC') : value
  return read(value, kind, setting.zone)
}

function computed(name: unknown, kind: Kind, { me, now = new Date(), zone }: Setting): Comparable | null {
  if (name === 'me') return me ?? null
  const today = day(now.getTime(), zone)
  if (kind === 'date') return today
  return name === 'now' ? now.getTime() : moment(today, zone)
}

/** A value as it compares, or null for none and for one that is not of its kind. */
function read(value: unknown, kind: Kind, zone?: string): Comparable | null {
  if (isMissing(value)) return null
  switch (kind) {
    case 'number':
      return scaled(String(value))
    case 'datetime':
      return moment(String(value), zone)
    case 'boolean':
      return value === true || value === 'true' || (value === false || value === 'false' ? false : null)
    case 'choices':
    case 'users':
    case 'records':
    case 'departments':
      return isObject(value) ? Object.values(value).map(String) : [value].flat().map(String)
    case 'files':
    case 'object':
      return true
    case 'text':
      return String(value).normalize('NFC')
    default:
      return String(value)
  }
}

/** Milliseconds of a moment; one without a zone is read on the clock of `zone`. */
function moment(text: string, zone?: string): number | null {
  const isZoned = text.length > 10 && /(Z|[+-]\d\d:?\d\d)$/i.test(text)
  const found = Date.parse(isZoned || text.length === 10 ? text : `${text}Z`)
  if (Number.isNaN(found)) return null
  return isZoned ? found : onClock(found, zone)
}

/**
 * The moment at which the clock of `zone` shows what a clock in UTC shows at `wall`: the first of two, and after a gap
 * as if the clock had not changed yet.
 */
export function onClock(wall: number, zone?: string): number {
  const [before, after] = [wall - offset(wall - DAY, zone), wall - offset(wall + DAY, zone)]
  return before + offset(before, zone) !== wall && after + offset(after, zone) === wall ? after : before
}

/** How far the clock of `zone` is ahead of UTC, in milliseconds. */
export function offset(at: number, zone?: string): number {
  if (!zone || zone === 'UTC' || at < EARLIEST || at > LATEST) return 0
  const shown = Object.fromEntries(clockOf(zone).formatToParts(at).map(({ type, value }) => [type, Number(value)]))
  const wall = Date.UTC(shown.year ?? 0, (shown.month ?? 1) - 1, shown.day, shown.hour, shown.minute, shown.second)
  return wall - Math.floor(at / 1000) * 1000
}

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const part = '2-digit'
  const made = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', year: 'numeric', month: part, day: part, hour: part, minute: part, second: part })
  clocks.set(zone, made)
  return made
}

/** An exact decimal as an integer of `PLACES` decimal places: floating point would lose cents. */
function scaled(text: string): bigint | null {
  const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:e([+-]?\d{1,3}))?\s*$/i.exec(text)
  if (!found) return null
  const [, sign, whole = '', part = '', exponent = '0'] = found
  if (!whole && !part) return null
  const places = PLACES + Number(exponent) - part.length
  const digits = BigInt(whole + part)
  const size = places >= 0 ? digits * 10n ** BigInt(places) : digits / 10n ** BigInt(-places)
  return sign === '-' ? -size : size
}

/** The first and the last value inside `within_last` or `within_next`. */
function window(op: string, value: unknown, kind: Kind, { now = new Date(), zone }: Setting): [Comparable, Comparable] | null {
  const length = duration(String(value))
  if (length === null) return null
  const [from, to] = op === 'within_last' ? [now.getTime() - length, now.getTime()] : [now.getTime(), now.getTime() + length]
  return kind === 'date' ? [day(from, zone), day(to, zone)] : [from, to]
}

/** The day on which `at` falls in `zone`. */
function day(at: number, zone?: string): string {
  const inside = Math.min(Math.max(at + offset(at, zone), Date.parse('0001-01-01')), Date.parse('9999-12-31'))
  return new Date(inside).toISOString().slice(0, 10)
}

/** An ISO 8601 duration in milliseconds; a month counts 30 days, a year 365. */
export function duration(text: string): number | null {
  const found = /^P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?)?$/.exec(text)
  const parts = found?.slice(1).map((part) => Number(part ?? 0))
  if (!parts || !found?.slice(1).some(Boolean)) return null
  const [years = 0, months = 0, weeks = 0, days = 0, hours = 0, minutes = 0] = parts
  return ((years * 365 + months * 30 + weeks * 7 + days) * 1440 + hours * 60 + minutes) * 60_000
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
