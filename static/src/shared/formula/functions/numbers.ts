/** Functions over single numbers. */
import { grouped, rounded, type Rounding } from '../numeric'
import { divide, power } from '../operators'
import { bounded, Decimal, type Env, Fault, limited, type Num, ONE, written, ZERO } from '../values'
import { declare, type Family } from './function'

function toMultiple(env: Env, number: Num, step: Num, how: Rounding): Num {
  if (number.gt(0) && step.lt(0)) throw new Fault('#NUM!')
  return bounded(rounded(divide(env, number, step) as Num, 0, how).times(step))
}

export const numbers: Family = {
  ROUND: declare('number:number digits:number?', (_env: Env, number: Num, digits: Num = ZERO) => rounded(number, digits)),
  ROUNDUP: declare('number:number digits:number?', (_env: Env, number: Num, digits: Num = ZERO) => rounded(number, digits, 'up')),
  ROUNDDOWN: declare('number:number digits:number?', (_env: Env, number: Num, digits: Num = ZERO) => rounded(number, digits, 'down')),
  INT: declare('number:number', (_env: Env, number: Num) => rounded(number, 0, 'floor')),
  MOD: declare('number:number divisor:number', (env: Env, number: Num, divisor: Num) => {
    const quotient = rounded(divide(env, number, divisor) as Num, 0, 'floor')
    return bounded(number.minus(bounded(divisor.times(quotient))))
  }),
  ABS: declare('number:number', (_env: Env, number: Num) => number.abs()),
  CEILING: declare('number:number step:number?', (env: Env, number: Num, step: Num = ONE) => (step.isZero() ? ZERO : toMultiple(env, number, step, 'ceiling'))),
  FLOOR: declare('number:number step:number?', (env: Env, number: Num, step: Num = ONE) => toMultiple(env, number, step, 'floor')),
  POWER: declare('base:number exponent:number', power),
  SQRT: declare('number:number', (_env: Env, number: Num) => {
    if (number.lt(0)) throw new Fault('#NUM!')
    return bounded(number.sqrt())
  }),
  LOG: declare('number:number base:number?', (_env: Env, number: Num, base: Num = new Decimal(10)) => {
    if (number.lte(0) || base.lte(0)) throw new Fault('#NUM!')
    const below = base.ln()
    if (below.isZero()) throw new Fault('#DIV/0!')
    return bounded(number.ln().div(below))
  }),
  EXP: declare('number:number', (_env: Env, number: Num) => {
    if (number.gt(900)) throw new Fault('#NUM!')
    return number.lt(-900) ? ZERO : bounded(number.exp())
  }),
  FIXED: declare('number:number digits:number? without_commas:boolean?', (_env: Env, number: Num, digits: Num = new Decimal(2), without = false) =>
    limited(grouped(number, Math.trunc(Math.max(-400, Math.min(127, digits.toNumber()))), !without)),
  ),
  RAND: declare('', () => written(String(Math.random().toFixed(17)))),
}
