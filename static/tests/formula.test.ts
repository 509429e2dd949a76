/** The same formulas as on the server: the shared cases, and every function's own examples. */
import { describe, expect, it } from 'vitest'
import { compile, type Tree } from '@/shared/formula/evaluate'
import { FUNCTIONS } from '@/shared/formula/functions'
import { Day, Decimal, Fault, isObject, Moment, plain, type Setting, type Value } from '@/shared/formula/values'
import book from '../../tests/shared/formula.json'

type Held = null | string | boolean | Held[] | { [kind: string]: Held }
interface Case {
  formula: string
  tree: Tree
  is: Held
}
const shared = book as unknown as {
  values: Record<string, Held>
  sample: Record<string, Held>
  setting: { now: string }
  sample_setting: { now: string }
  functions: Record<string, string>
  examples: Case[]
  cases: Case[]
}

function untagged(held: Held): Value {
  if (Array.isArray(held)) return held.map(untagged)
  if (typeof held !== 'object' || held === null) return held
  const [kind = '', said] = Object.entries(held)[0] ?? []
  if (kind === 'object') return Object.fromEntries(Object.entries(said as Record<string, Held>).map(([name, one]) => [name, untagged(one)]))
  if (kind === 'number') return new Decimal(said as string)
  if (kind === 'date') return new Day(Date.parse(said as string) / 86_400_000)
  return new Moment(Date.parse(said as string))
}

function tagged(value: Value): Held {
  if (value instanceof Decimal) return { number: plain(value) }
  if (value instanceof Fault) return { error: value.code }
  if (value instanceof Day) return { date: new Date(value.days * 86_400_000).toISOString().slice(0, 10) }
  if (value instanceof Moment) return { datetime: new Date(value.ms).toISOString().replace('.000Z', 'Z') }
  if (Array.isArray(value)) return value.map(tagged)
  if (isObject(value)) return { object: Object.fromEntries(Object.entries(value).map(([name, one]) => [name, tagged(one)])) }
  return value
}

const record = (held: Record<string, Held>) => Object.fromEntries(Object.entries(held).map(([name, one]) => [name, untagged(one)]))
const setting = (held: { now: string }): Setting => ({ ...(held as unknown as Setting), names: {}, now: Date.parse(held.now) })

describe('formulas', () => {
  const [values, context] = [record(shared.values), setting(shared.setting)]
  for (const { formula, tree, is } of shared.cases) {
    it(formula.slice(0, 90) || '(nothing)', () => expect(tagged(compile(tree)(values, context))).toEqual(is))
  }
})

describe('examples of functions', () => {
  const [values, context] = [record(shared.sample), setting(shared.sample_setting)]
  for (const { formula, tree, is } of shared.examples) {
    it(formula, () => expect(tagged(compile(tree)(values, context))).toEqual(is))
  }
})

it('has the functions of the server, read the same way', () => {
  expect(Object.fromEntries(Object.entries(FUNCTIONS).map(([name, one]) => [name, one.signature]))).toEqual(shared.functions)
})
