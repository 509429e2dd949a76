/**
 * Formulas in the browser: the twin of `platform/definitions/formula`, over the tree that the server's parser made.
 * `tests/shared/formula.json` is run by both.
 */
import { BINARY, UNARY } from './operators'
import { FUNCTIONS } from './functions'
import { type Reading, READ } from './functions/function'
import { bounded, Env, Fault, isObject, type Setting, type Value, written } from './values'

export interface Tree {
  number?: string
  text?: string
  boolean?: boolean
  none?: true
  field?: string
  column?: string
  op?: string
  call?: string
  args?: Tree[]
  list?: Tree[]
}
export type Values = Readonly<Record<string, Value | undefined>>
export type Formula = (values: Values, setting: Setting) => Value
type Closure = (env: Env) => Value

/** The formula of a tree. It never throws: what can't be computed is a Fault. */
export function compile(tree: Tree): Formula {
  const run = closure(tree)
  return (values, setting) => {
    try {
      return run(new Env(values, setting))
    } catch (fault) {
      if (fault instanceof Fault) return fault
      throw fault
    }
  }
}

/** Ids of the fields that a formula names. */
export function namesOf(tree: Tree): string[] {
  const parts = [...(tree.args ?? []), ...(tree.list ?? [])].flatMap(namesOf)
  return tree.field === undefined ? parts : [tree.field, ...parts]
}

function closure(tree: Tree): Closure {
  const parts = (tree.args ?? tree.list ?? []).map(closure)
  if (tree.field !== undefined) return field(tree.field, tree.column)
  if (tree.call !== undefined) return call(tree.call, parts)
  if (tree.op !== undefined) return operator(tree.op, parts)
  if (tree.list) return (env) => parts.map((part) => part(env))
  if (tree.number !== undefined) return number(tree.number)
  const constant = tree.text ?? tree.boolean ?? null
  return () => constant
}

function number(text: string): Closure {
  const [digits = '0', exponent] = text.toLowerCase().split('e')
  try {
    const found = bounded(written(digits, exponent))
    return () => found
  } catch (fault) {
    return () => {
      throw fault
    }
  }
}

function field(name: string, column: string | undefined): Closure {
  const own = (row: Values, key: string) => (Object.hasOwn(row, key) ? (row[key] ?? null) : null)
  if (column === undefined) return ({ values }) => own(values, name)
  return ({ values }) => {
    const rows = own(values, name)
    if (isObject(rows)) return own(rows, column)
    if (rows === null) return []
    if (!Array.isArray(rows)) throw new Fault('#NAME?')
    return rows.map((row) => (isObject(row) ? own(row, column) : null))
  }
}

function operator(op: string, parts: Closure[]): Closure {
  const [first = () => null, ...rest] = parts
  const unary = UNARY[op]
  if (unary) return (env) => unary(env, first(env), null)
  const binary = BINARY[op]
  if (!binary) return unknown
  return (env) => {
    let value = first(env)
    for (const part of rest) value = binary(env, value, part(env))
    return value
  }
}

function call(name: string, parts: Closure[]): Closure {
  const found = FUNCTIONS[name]
  if (!found) return unknown
  const readings: Reading[] = found.readings(parts.length)
  if (readings.includes('lazy')) return (env) => found.run(env, ...(parts as never[]))
  const readers = readings.map((reading) => READ[reading])
  return (env) => found.run(env, ...(parts.map((part, at) => readers[at]?.(env, part(env))) as never[]))
}

const unknown: Closure = () => {
  throw new Fault('#NAME?')
}
