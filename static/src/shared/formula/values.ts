/**
 * Values of formulas in the browser: the twin of `platform/definitions/formula/values.py`, line for line.
 *
 * A value is null, a Decimal, a text, a boolean, a Day, a Moment, a list or an object of the record; a `Fault` is
 * thrown where it arises and a value wherever it ends up.
 */
import { Decimal as Base } from 'decimal.js-light'
import { DAY_MS, dayNumber, dayText, moment as momentIn, wallClock } from './calendar'

/** The library cuts its results off; so it computes with far more digits than a value has, and `bounded` rounds. */
export const Decimal = Base.clone({ precision: 80, rounding: 4 })
export type Num = InstanceType<typeof Decimal>
export type Value = null | Num | string | boolean | Day | Moment | Fault | Value[] | { [name: string]: Value }
export type Code = '#DIV/0!' | '#VALUE!' | '#NAME?' | '#NUM!' | '#N/A' | '#REF!' | '#LIMIT!'

export class Fault extends Error {
  constructor(readonly code: Code) {
    super(code)
  }
}
/** A day, as days since 1970-01-01. */
export class Day {
  constructor(readonly days: number) {}
}
/** A moment, in milliseconds since 1970-01-01 in UTC. */
export class Moment {
  constructor(readonly ms: number) {}
}
export interface Setting {
  now: number
  zone: string
  locale: string
  user: string
  record: number | null
  names: Readonly<Record<string, string>>
}
/** One evaluation: the record's values, the setting, and how many list elements may still be touched. */
export class Env {
  private steps = 100_000
  constructor(
    readonly values: Readonly<Record<string, Value | undefined>>,
    readonly setting: Setting,
  ) {}
  charge(steps: number): void {
    this.steps -= steps
    if (this.steps < 0) throw new Fault('#LIMIT!')
  }
}

export const MAX_TEXT = 32_767
export const ZERO = new Decimal(0)
export const ONE = new Decimal(1)
/** Days from 1899-12-30 to 1970-01-01. */
const EPOCH = 25_569
const [FIRST_DAY, LAST_DAY] = [-719_162, 2_932_896]
const NUMBER = /^([+-]?)[¥￥$]?((?:\d{1,3}(?:,\d{3})+|\d{1,400})(?:\.\d{0,400})?|\.\d{1,400})(?:[eE]([+-]?\d{1,3}))?(%?)$/

export function whole(count: number): Num {
  return new Decimal(count)
}

/** The number with 34 digits, rounded half up, or 0 where it is too small to hold. */
export function bounded(number: Num): Num {
  const found = number.toSignificantDigits(34, 4)
  const size = found.isZero() ? 0 : found.exponent()
  if (size > 307) throw new Fault('#NUM!')
  return size < -307 ? ZERO : found
}

export function numberOf(env: Env, value: Value): Num {
  if (value instanceof Decimal) return value
  if (value === null) return ZERO
  if (typeof value === 'boolean') return value ? ONE : ZERO
  if (typeof value === 'string') return numberIn(env, value)
  if (value instanceof Day || value instanceof Moment) return serialOf(env, value)
  throw value instanceof Fault ? value : new Fault('#VALUE!')
}

export function textOf(env: Env, value: Value): string {
  if (typeof value === 'string') return value
  if (value === null) return ''
  if (value instanceof Decimal) return plain(value)
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE'
  if (value instanceof Day) return dayText(value.days)
  if (value instanceof Moment) return new Date(wall(env, value)).toISOString().slice(0, 19).replace('T', ' ')
  throw value instanceof Fault ? value : new Fault('#VALUE!')
}

export function truthOf(env: Env, value: Value): boolean {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return !numberOf(env, value).isZero()
  const said = value.toUpperCase()
  if (said !== 'TRUE' && said !== 'FALSE') throw new Fault('#VALUE!')
  return said === 'TRUE'
}

/** The day, as days since 1970-01-01, that a value is read as. */
export function dayOf(env: Env, value: Value): number {
  return Math.floor(shownAt(env, value) / DAY_MS)
}

/** What the zone's clock shows, as milliseconds of a clock in UTC. */
export function shownAt(env: Env, value: Value): number {
  const found = whenOf(env, value)
  return found instanceof Day ? found.days * DAY_MS : wall(env, found)
}

/** The day or the moment that a value is read as. */
export function whenOf(env: Env, value: Value): Day | Moment {
  if (value instanceof Day || value instanceof Moment) return value
  if (typeof value === 'string') {
    const found = whenIn(env, value)
    if (found) return found
    if (!NUMBER.test(value.trim())) throw new Fault('#VALUE!')
  }
  return fromSerial(env, numberOf(env, value))
}

export function wall(env: Env, moment: Moment): number {
  return wallClock.shown(moment.ms, env.setting.zone)
}

export function atClock(env: Env, shown: number): Moment {
  if (shown < FIRST_DAY * DAY_MS || shown >= (LAST_DAY + 1) * DAY_MS) throw new Fault('#NUM!')
  return new Moment(wallClock.moment(shown, env.setting.zone))
}

/** The day of that number. */
export function day(days: number): Day {
  if (!(days >= FIRST_DAY && days <= LAST_DAY)) throw new Fault('#NUM!')
  return new Day(days)
}

export function serialOf(env: Env, value: Day | Moment): Num {
  if (value instanceof Day) return whole(value.days + EPOCH)
  const shown = wall(env, value)
  const days = Math.floor(shown / DAY_MS)
  const seconds = Math.floor((shown - days * DAY_MS) / 1000)
  return bounded(whole(days + EPOCH).plus(bounded(whole(seconds).div(86_400))))
}

/** The value so many days later; a part of a day makes a moment of a day. */
export function shifted(env: Env, value: Day | Moment, days: Num): Day | Moment {
  if (days.exponent() > 7 && !days.isZero()) throw new Fault('#NUM!')
  const seconds = days.times(86_400).toDecimalPlaces(0).toNumber()
  if (value instanceof Moment) return atClock(env, wall(env, value) + seconds * 1000)
  return seconds % 86_400 ? atClock(env, value.days * DAY_MS + seconds * 1000) : day(value.days + seconds / 86_400)
}

/** A number as people write it: no exponent, no trailing zeros. */
export function plain(number: Num): string {
  return number.isZero() ? '0' : number.toFixed()
}

export function scalar(value: Value): Value {
  if (value instanceof Fault) throw value
  if (Array.isArray(value) || isObject(value)) throw new Fault('#VALUE!')
  return value
}

export function isObject(value: Value | undefined): value is { [name: string]: Value } {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype
}

export function limited(text: string): string {
  if (sizeOf(text) > MAX_TEXT) throw new Fault('#VALUE!')
  return text
}

/** How many characters a text has: those of Unicode, as on the server. */
export function sizeOf(text: string): number {
  return /[\ud800-\udbff]/.test(text) ? Array.from(text).length : text.length
}

function numberIn(env: Env, text: string): Num {
  const found = NUMBER.exec(text.trim())
  if (!found) {
    const when = whenIn(env, text)
    if (!when) throw new Fault('#VALUE!')
    return serialOf(env, when)
  }
  const [, sign = '', digits = '', exponent = '0', percent] = found
  const number = bounded(written(`${sign}${digits.replaceAll(',', '')}`, exponent))
  return percent ? bounded(number.div(100)) : number
}

/** A decimal from its text. */
export function written(digits: string, exponent = '0'): Num {
  const tidy = digits.replace(/^([+-]?)\./, '$10.').replace(/\.$/, '').replace(/^\+/, '')
  return new Decimal(`${tidy}e${exponent}`)
}

function whenIn(env: Env, text: string): Day | Moment | null {
  const found = momentIn(text.trim())
  if (!found) return null
  if (found.kind === 'day') return new Day(found.at)
  return found.kind === 'moment' ? new Moment(found.at) : new Moment(wallClock.moment(found.at, env.setting.zone))
}

function fromSerial(env: Env, number: Num): Day | Moment {
  if (number.lt(0) || number.gte(2_958_466)) throw new Fault('#NUM!')
  const days = number.toDecimalPlaces(0, 3)
  const seconds = number.minus(days).times(86_400).toDecimalPlaces(0).toNumber()
  const at = days.toNumber() - EPOCH
  return seconds ? atClock(env, at * DAY_MS + seconds * 1000) : day(at)
}

export { dayNumber, dayText, DAY_MS }
