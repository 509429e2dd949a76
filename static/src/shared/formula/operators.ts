/** What the operators of formulas mean: the twin of `platform/definitions/formula/operators.py`. */
import { fold } from '@/shared/conditions'
import { moment as momentIn } from './calendar'
import { bounded, Day, Decimal, type Env, Fault, limited, Moment, type Num, numberOf, ONE, scalar, shifted, sizeOf, textOf, type Value, whenOf, ZERO } from './values'

export type Binary = (env: Env, a: Value, b: Value) => Value

export const isWhen = (value: Value): value is Day | Moment => value instanceof Day || value instanceof Moment
const anyList = (a: Value, b: Value) => Array.isArray(a) || Array.isArray(b)

export function add(env: Env, a: Value, b: Value): Value {
  if (anyList(a, b)) return spread(add, env, a, b)
  if (isWhen(a) && !isWhen(b)) return shifted(env, a, numberOf(env, b))
  if (isWhen(b) && !isWhen(a)) return shifted(env, b, numberOf(env, a))
  return bounded(numberOf(env, a).plus(numberOf(env, b)))
}

export function subtract(env: Env, a: Value, b: Value): Value {
  if (anyList(a, b)) return spread(subtract, env, a, b)
  if (isWhen(a) && !isWhen(b)) {
    if (typeof b !== 'string' || !momentIn(b.trim())) return shifted(env, a, numberOf(env, b).neg())
    b = whenOf(env, b)
  }
  return bounded(numberOf(env, a).minus(numberOf(env, b)))
}

export function multiply(env: Env, a: Value, b: Value): Value {
  if (anyList(a, b)) return spread(multiply, env, a, b)
  return bounded(numberOf(env, a).times(numberOf(env, b)))
}

export function divide(env: Env, a: Value, b: Value): Value {
  if (anyList(a, b)) return spread(divide, env, a, b)
  const [divisor, number] = [numberOf(env, b), numberOf(env, a)]
  if (divisor.isZero()) throw new Fault('#DIV/0!')
  return bounded(number.div(divisor))
}

export function power(env: Env, a: Value, b: Value): Value {
  if (anyList(a, b)) return spread(power, env, a, b)
  const [base, exponent] = [numberOf(env, a), numberOf(env, b)]
  if (base.isZero() && exponent.lte(0)) throw new Fault(exponent.isZero() ? '#NUM!' : '#DIV/0!')
  if (exponent.isZero() || base.eq(1)) return ONE
  return bounded(raised(base, exponent))
}

function raised(base: Num, exponent: Num): Num {
  if (base.isZero()) return ZERO
  const isWhole = exponent.isInteger()
  if (base.lt(0) && !isWhole) throw new Fault('#NUM!')
  const size = exponent.times(base.abs().ln())
  if (!size.isZero() && size.exponent() > 2) {
    if (size.gt(0)) throw new Fault('#NUM!')
    return ZERO
  }
  return base.pow(exponent)
}

export function join(env: Env, a: Value, b: Value): Value {
  if (anyList(a, b)) return spread(join, env, a, b)
  const joined = limited(textOf(env, a) + textOf(env, b))
  env.charge(Math.floor(sizeOf(joined) / 64))
  return joined
}

/** Below, at or above 0 as `a` comes before, with or after `b`; see the server's twin for the order of kinds. */
export function compare(env: Env, a: Value, b: Value): number {
  ;[a, b] = [scalar(a), scalar(b)]
  if (a === null || b === null) [a, b] = [a ?? emptyBeside(b), b ?? emptyBeside(a)]
  const [left, right] = [ranked(env, a, b), ranked(env, b, a)]
  if (left[0] !== right[0]) return left[0] - right[0]
  const [x, y] = [left[1], right[1]]
  if (x instanceof Decimal) return x.cmp(y as Num)
  return typeof x === 'string' ? inOrder(x, y as string) : Number(x) - Number(y)
}

function emptyBeside(other: Value): Value {
  return typeof other === 'string' ? '' : typeof other === 'boolean' ? false : ZERO
}

function ranked(env: Env, value: Value, other: Value): [number, Num | string | boolean] {
  if (typeof value === 'boolean') return [2, value]
  if (typeof value !== 'string') return [0, numberOf(env, value)]
  if (other instanceof Decimal || isWhen(other)) {
    const number = numberOrNull(env, value)
    if (number) return [0, number]
  }
  env.charge(Math.floor(sizeOf(value) / 64))
  return [1, fold(value)]
}

export function numberOrNull(env: Env, value: Value): Num | null {
  try {
    return numberOf(env, value)
  } catch (fault) {
    if (fault instanceof Fault) return null
    throw fault
  }
}

/** Texts by their characters of Unicode, as on the server. */
function inOrder(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const apart = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0)
    if (apart) return apart
  }
  return left.length - right.length
}

function comparison(met: (order: number) => boolean): Binary {
  const run: Binary = (env, a, b) => (anyList(a, b) ? spread(run, env, a, b) : met(compare(env, a, b)))
  return run
}

/** `run` over two lists of one length, or a list and a single value; a fault stays in its place. */
function spread(run: Binary, env: Env, a: Value, b: Value): Value[] {
  const sizes = [a, b].flatMap((one) => (Array.isArray(one) ? [one.length] : []))
  const size = Math.max(...sizes)
  if (sizes.some((one) => one !== size)) throw new Fault('#VALUE!')
  env.charge(size)
  return Array.from({ length: size }, (_, at) => tried(run, env, Array.isArray(a) ? (a[at] ?? null) : a, Array.isArray(b) ? (b[at] ?? null) : b))
}

function tried(run: Binary, env: Env, a: Value, b: Value): Value {
  if (anyList(a, b)) return new Fault('#VALUE!')
  try {
    return run(env, a, b)
  } catch (fault) {
    if (fault instanceof Fault && fault.code !== '#LIMIT!') return fault
    throw fault
  }
}

const negative: Binary = (env, a) => (Array.isArray(a) ? spread(negative, env, a, null) : ZERO.minus(numberOf(env, a)))

export const BINARY: Readonly<Record<string, Binary>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '^': power,
  '&': join,
  '=': comparison((order) => order === 0),
  '<>': comparison((order) => order !== 0),
  '<': comparison((order) => order < 0),
  '<=': comparison((order) => order <= 0),
  '>': comparison((order) => order > 0),
  '>=': comparison((order) => order >= 0),
}
export const UNARY: Readonly<Record<string, Binary>> = {
  negative,
  positive: (_env, a) => a,
  '%': (env, a) => divide(env, a, new Decimal(100)),
}
