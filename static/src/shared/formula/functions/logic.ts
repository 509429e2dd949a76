/** Functions that decide. */
import { compare } from '../operators'
import { type Env, Fault, scalar, truthOf, type Value } from '../values'
import { declare, type Family, type Lazy } from './function'

function truths(env: Env, values: Value[]): boolean[] {
  const found = values.flatMap((value) => {
    if (!Array.isArray(value)) return [truthOf(env, value)]
    env.charge(value.length)
    return value.filter((one) => one !== null && typeof one !== 'string').map((one) => truthOf(env, one))
  })
  if (!found.length) throw new Fault('#VALUE!')
  return found
}

export const logic: Family = {
  IF: declare('condition:lazy then:lazy otherwise:lazy?', (env: Env, condition: Lazy, then: Lazy, otherwise?: Lazy) =>
    truthOf(env, condition(env)) ? then(env) : otherwise ? otherwise(env) : false,
  ),
  IFS: declare('condition:lazy+ result:lazy+', (env: Env, ...pairs: Lazy[]) => {
    for (let at = 0; at < pairs.length; at += 2) if (truthOf(env, pairs[at]?.(env) ?? null)) return pairs[at + 1]?.(env) ?? null
    throw new Fault('#N/A')
  }),
  SWITCH: declare('value:lazy match:lazy result:lazy more:lazy*', (env: Env, value: Lazy, ...rest: Lazy[]) => {
    const wanted = scalar(value(env))
    for (let at = 0; at + 1 < rest.length; at += 2) if (compare(env, wanted, rest[at]?.(env) ?? null) === 0) return rest[at + 1]?.(env) ?? null
    if (rest.length % 2) return rest.at(-1)?.(env) ?? null
    throw new Fault('#N/A')
  }),
  IFERROR: declare('value:lazy fallback:lazy', (env: Env, value: Lazy, fallback: Lazy) => {
    try {
      const found = value(env)
      if (!(found instanceof Fault)) return found
    } catch (fault) {
      if (!(fault instanceof Fault) || fault.code === '#LIMIT!') throw fault
    }
    return fallback(env)
  }),
  AND: declare('condition:any+', (env: Env, ...values: Value[]) => truths(env, values).every(Boolean)),
  OR: declare('condition:any+', (env: Env, ...values: Value[]) => truths(env, values).some(Boolean)),
  XOR: declare('condition:any+', (env: Env, ...values: Value[]) => truths(env, values).filter(Boolean).length % 2 === 1),
  NOT: declare('condition:boolean', (_env: Env, condition: boolean) => !condition),
  ISEMPTY: declare('value:any', (_env: Env, value: Value) => {
    if (value instanceof Fault) throw value
    return value === null || value === '' || (Array.isArray(value) && !value.length)
  }),
}
