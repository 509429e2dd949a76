/** A function of the language, declared as on the server: how each argument is read, and what it does. */
import { dayOf, type Env, Fault, type Num, numberOf, scalar, shownAt, textOf, truthOf, type Value } from '../values'

export type Reading = 'any' | 'scalar' | 'text' | 'number' | 'boolean' | 'day' | 'when' | 'list' | 'lazy'
export type Lazy = (env: Env) => Value
interface Read {
  any: Value
  scalar: Value
  text: string
  number: Num
  boolean: boolean
  /** Days since 1970-01-01. */
  day: number
  /** What the zone's clock shows, in milliseconds. */
  when: number
  list: Value[]
  lazy: Lazy
}
export interface Declared {
  signature: string
  readings: (count: number) => Reading[]
  run: (env: Env, ...args: never[]) => Value
}
export type Family = Readonly<Record<string, Declared>>

export const READ: { readonly [R in Reading]: (env: Env, value: Value) => Read[R] } = {
  any: (_env, value) => value,
  scalar: (_env, value) => scalar(value),
  text: textOf,
  number: numberOf,
  boolean: truthOf,
  day: dayOf,
  when: shownAt,
  list: (env, value) => {
    const found = Array.isArray(value) ? value : [value]
    env.charge(found.length)
    return found
  },
  lazy: () => {
    throw new Fault('#VALUE!')
  },
}

export function declare(signature: string, run: Declared['run']): Declared {
  const said = signature.split(' ').filter(Boolean)
  const kinds = said.map((one) => one.split(':')[1]?.replace(/[?+*]$/, '') as Reading)
  const repeated = kinds.filter((_, at) => /[+*]$/.test(said[at] ?? ''))
  return {
    signature,
    run,
    readings: (count) => {
      const all = [...kinds]
      while (repeated.length && all.length < count) all.push(...repeated)
      return all.slice(0, count)
    },
  }
}
