/** Functions over lists and several values: sums, counts, ranks. */
import { criterion } from '../criteria'
import { rounded } from '../numeric'
import { add, divide, isWhen, multiply, numberOrNull } from '../operators'
import { type Day, Decimal, type Env, Fault, type Moment, type Num, numberOf, ONE, type Value, whole, ZERO } from '../values'
import { declare, type Family } from './function'

const isNumeric = (value: Value): value is Num | Day | Moment => value instanceof Decimal || isWhen(value)
const listOf = (value: Value) => (Array.isArray(value) ? value : [value])

/** What counts as a number: inside lists only numbers and days, else whatever reads as a number. */
function each(env: Env, values: Value[]): Value[] {
  return values.flatMap((value) => {
    if (!Array.isArray(value)) return value === null ? [] : [isNumeric(value) ? value : numberOf(env, value)]
    env.charge(value.length)
    return value.filter((one) => {
      if (one instanceof Fault) throw one
      return isNumeric(one)
    })
  })
}

const numbersOf = (env: Env, values: Value[]) => each(env, values).map((one) => numberOf(env, one))
const total = (env: Env, numbers: Num[]) => numbers.reduce<Num>((sum, one) => add(env, sum, one) as Num, ZERO)
const mean = (env: Env, numbers: Num[]) => divide(env, total(env, numbers), whole(numbers.length))
const inOrder = (numbers: Num[]) => numbers.sort((a, b) => a.cmp(b))

function extreme(env: Env, values: Value[], above: boolean): Value {
  let best: Value = null
  for (const one of each(env, values)) if (best === null || numberOf(env, one).gt(numberOf(env, best)) === above) best = one
  return best ?? ZERO
}

function product(env: Env, row: Value[]): Num {
  return row.reduce<Num>((found, one) => {
    if (one instanceof Fault) throw one
    return multiply(env, found, isNumeric(one) ? numberOf(env, one) : ZERO) as Num
  }, ONE)
}

/** For each place whether every list there meets its criterion. */
function chosen(env: Env, size: number, pairs: Value[]): boolean[] {
  const kept = Array.from({ length: size }, () => true)
  for (let at = 0; at < pairs.length; at += 2) {
    const parts = listOf(pairs[at] ?? null)
    if (parts.length !== size) throw new Fault('#VALUE!')
    env.charge(size)
    const test = criterion(env, pairs[at + 1] ?? null)
    parts.forEach((one, place) => (kept[place] &&= test(one)))
  }
  return kept
}

function picked(values: Value[], kept: boolean[]): Value[] {
  if (values.length !== kept.length) throw new Fault('#VALUE!')
  return values.filter((_, place) => kept[place])
}

function nth(env: Env, values: Value[], place: Num, largestFirst: boolean): Num {
  const numbers = inOrder(numbersOf(env, [values]))
  const at = rounded(place, 0, 'down').toNumber()
  const found = numbers[largestFirst ? numbers.length - at : at - 1]
  if (at < 1 || !found) throw new Fault('#NUM!')
  return found
}

const COMBINED: Readonly<Record<string, (env: Env, found: Value[]) => Value>> = {
  first: (_env, found) => found[0] ?? null,
  last: (_env, found) => found.at(-1) ?? null,
  sum: (env, found) => total(env, numbersOf(env, [found])),
  avg: (env, found) => mean(env, numbersOf(env, [found])),
  max: (env, found) => extreme(env, [found], true),
  min: (env, found) => extreme(env, [found], false),
  count: (_env, found) => whole(found.length),
}

function mapx(env: Env, how: string, value: Value, keys: Value[], results: Value[]): Value {
  const name = how.toLowerCase()
  const run = Object.hasOwn(COMBINED, name) ? COMBINED[name] : undefined
  if (!run) throw new Fault('#VALUE!')
  const wanted = criterion(env, typeof value === 'string' ? `=${value.replace(/[~*?]/g, '~$&')}` : value)
  return run(env, picked(results, keys.map(wanted)))
}

export const aggregates: Family = {
  SUM: declare('number:any+', (env: Env, ...values: Value[]) => total(env, numbersOf(env, values))),
  AVERAGE: declare('number:any+', (env: Env, ...values: Value[]) => mean(env, numbersOf(env, values))),
  MAX: declare('value:any+', (env: Env, ...values: Value[]) => extreme(env, values, true)),
  MIN: declare('value:any+', (env: Env, ...values: Value[]) => extreme(env, values, false)),
  COUNT: declare('value:any+', (env: Env, ...values: Value[]) => {
    const found = values.flatMap((value) => {
      env.charge(listOf(value).length)
      return listOf(value).filter((one) => isNumeric(one) || (!Array.isArray(value) && one !== null && numberOrNull(env, one)))
    })
    return whole(found.length)
  }),
  COUNTA: declare('value:any+', (env: Env, ...values: Value[]) => {
    const all = values.flatMap(listOf)
    env.charge(all.length)
    return whole(all.filter((one) => one !== null).length)
  }),
  COUNTIF: declare('list:list criterion:scalar', (env: Env, values: Value[], wanted: Value) => whole(values.filter(criterion(env, wanted)).length)),
  COUNTIFS: declare('list:list+ criterion:scalar+', (env: Env, ...pairs: Value[]) => whole(chosen(env, listOf(pairs[0] ?? null).length, pairs).filter(Boolean).length)),
  SUMIF: declare('list:list criterion:scalar sums:list?', (env: Env, values: Value[], wanted: Value, sums: Value[] = values) =>
    total(env, numbersOf(env, [picked(sums, chosen(env, values.length, [values, wanted]))])),
  ),
  SUMIFS: declare('sums:list list:list+ criterion:scalar+', (env: Env, sums: Value[], ...pairs: Value[]) =>
    total(env, numbersOf(env, [picked(sums, chosen(env, sums.length, pairs))])),
  ),
  AVERAGEIF: declare('list:list criterion:scalar values:list?', (env: Env, values: Value[], wanted: Value, means: Value[] = values) =>
    mean(env, numbersOf(env, [picked(means, chosen(env, values.length, [values, wanted]))])),
  ),
  SUMPRODUCT: declare('list:list+', (env: Env, first: Value[], ...others: Value[][]) => {
    if (others.some((one) => one.length !== first.length)) throw new Fault('#VALUE!')
    const rows = first.map((one, place) => product(env, [one, ...others.map((other) => other[place] ?? null)]))
    return total(env, rows)
  }),
  PRODUCT: declare('number:any+', (env: Env, ...values: Value[]) => {
    const numbers = numbersOf(env, values)
    return numbers.length ? product(env, numbers) : ZERO
  }),
  LARGE: declare('list:list place:number', (env: Env, values: Value[], place: Num) => nth(env, values, place, true)),
  SMALL: declare('list:list place:number', (env: Env, values: Value[], place: Num) => nth(env, values, place, false)),
  MEDIAN: declare('number:any+', (env: Env, ...values: Value[]) => {
    const numbers = inOrder(numbersOf(env, values))
    const middle = Math.floor(numbers.length / 2)
    const upper = numbers[middle]
    if (!upper) throw new Fault('#NUM!')
    return numbers.length % 2 ? upper : divide(env, add(env, numbers[middle - 1] ?? null, upper), new Decimal(2))
  }),
  RANK: declare('number:number list:list ascending:boolean?', (env: Env, number: Num, values: Value[], ascending = false) => {
    const numbers = numbersOf(env, [values])
    if (!numbers.some((one) => one.eq(number))) throw new Fault('#N/A')
    return whole(1 + numbers.filter((one) => (ascending ? one.lt(number) : one.gt(number))).length)
  }),
  MAPX: declare('how:text value:scalar keys:list results:list', mapx),
}
