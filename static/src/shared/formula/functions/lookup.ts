/** Functions that find something in a list. */
import { compare } from '../operators'
import { type Env, Fault, type Num, type Value } from '../values'
import { declare, type Family } from './function'

const atOrBelow = (env: Env, key: Value, value: Value) => key !== null && (typeof key === 'string') === (typeof value === 'string') && compare(env, key, value) <= 0

export const lookup: Family = {
  LOOKUP: declare('value:scalar keys:list results:list?', (env: Env, value: Value, keys: Value[], results: Value[] = keys) => {
    const found = keys.reduce<number>((last, key, place) => (atOrBelow(env, key, value) ? place : last), -1)
    if (found < 0 || found >= results.length) throw new Fault('#N/A')
    return results[found] ?? null
  }),
  INDEX: declare('list:list place:number', (_env: Env, values: Value[], place: Num) => {
    if (place.lt(1)) throw new Fault('#VALUE!')
    if (place.gte(values.length + 1)) throw new Fault('#REF!')
    return values[Math.floor(place.toNumber()) - 1] ?? null
  }),
}
