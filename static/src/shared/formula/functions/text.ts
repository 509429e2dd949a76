/** Functions over texts; places and counts are those of Unicode's characters. */
import { fold } from '@/shared/conditions'
import { hasWildcard, wildcard } from '../criteria'
import { formatted } from '../formats'
import { capitals } from '../money'
import { type Env, Fault, limited, MAX_TEXT, type Num, numberOf, ONE, sizeOf, textOf, type Value, whole, ZERO } from '../values'
import { declare, type Family } from './function'

function size(number: Num, least = 0): number {
  if (number.lt(least)) throw new Fault('#VALUE!')
  return Math.floor(Math.min(number.toNumber(), MAX_TEXT + 1))
}

function texts(env: Env, values: Value[]): string[] {
  return values.flatMap((value) => {
    const parts = Array.isArray(value) ? value : [value]
    env.charge(parts.length)
    return parts.map((part) => textOf(env, part))
  })
}

const slice = (text: string, from: number, to: number) => Array.from(text).slice(from, to).join('')

function replace(_env: Env, text: string, start: Num, count: Num, fresh: string): string {
  const [all, at] = [Array.from(text), size(start, 1) - 1]
  return limited(all.slice(0, at).join('') + fresh + all.slice(at + size(count)).join(''))
}

function substitute(_env: Env, text: string, old: string, fresh: string, which?: Num): string {
  if (!old) return text
  const parts = text.split(old)
  if (!which) {
    if (sizeOf(text) + (parts.length - 1) * (sizeOf(fresh) - sizeOf(old)) > MAX_TEXT) throw new Fault('#VALUE!')
    return parts.join(fresh)
  }
  const nth = size(which, 1)
  if (nth >= parts.length) return text
  return limited([parts.slice(0, nth).join(old), parts.slice(nth).join(old)].join(fresh))
}

function find(_env: Env, sought: string, text: string, start: Num = ONE): Num {
  const [begin, length] = [size(start, 1) - 1, sizeOf(text)]
  const at = begin > length ? -1 : slice(text, begin, length).indexOf(sought)
  if (at < 0) throw new Fault('#VALUE!')
  return whole(begin + sizeOf(slice(text, begin, length).slice(0, at)) + 1)
}

function search(_env: Env, sought: string, text: string, start: Num = ONE): Num {
  const [begin, length] = [size(start, 1) - 1, sizeOf(text)]
  if (begin > length) throw new Fault('#VALUE!')
  const rest = fold(slice(text, begin, length))
  const at = hasWildcard(sought) ? (wildcard(sought, false).exec(rest)?.index ?? -1) : rest.indexOf(fold(sought))
  if (at < 0) throw new Fault('#VALUE!')
  return whole(begin + sizeOf(rest.slice(0, at)) + 1)
}

export const text: Family = {
  CONCATENATE: declare('text:any+', (env: Env, ...values: Value[]) => limited(texts(env, values).join(''))),
  LEFT: declare('text:text count:number?', (_env: Env, from: string, count: Num = ONE) => slice(from, 0, size(count))),
  RIGHT: declare('text:text count:number?', (_env: Env, from: string, count: Num = ONE) => slice(from, Math.max(0, sizeOf(from) - size(count)), MAX_TEXT * 2)),
  MID: declare('text:text start:number count:number', (_env: Env, from: string, start: Num, count: Num) => {
    const at = size(start, 1) - 1
    return slice(from, at, at + size(count))
  }),
  LEN: declare('text:text', (_env: Env, from: string) => whole(sizeOf(from))),
  TRIM: declare('text:text', (_env: Env, from: string) => from.split(' ').filter(Boolean).join(' ')),
  UPPER: declare('text:text', (_env: Env, from: string) => limited(from.toUpperCase())),
  LOWER: declare('text:text', (_env: Env, from: string) => limited(from.toLowerCase())),
  REPLACE: declare('text:text start:number count:number new:text', replace),
  SUBSTITUTE: declare('text:text old:text new:text which:number?', substitute),
  FIND: declare('sought:text text:text start:number?', find),
  SEARCH: declare('sought:text text:text start:number?', search),
  SPLIT: declare('text:text separator:text', (env: Env, from: string, separator: string) => {
    const parts = separator ? from.split(separator) : Array.from(from)
    env.charge(parts.length)
    return parts
  }),
  TEXT: declare('value:scalar format:text', (env: Env, value: Value, format: string) => limited(formatted(env, value, format))),
  TEXTJOIN: declare('separator:text skip_empty:boolean text:any+', (env: Env, separator: string, skip: boolean, ...values: Value[]) =>
    limited(texts(env, values).filter((part) => part || !skip).join(separator)),
  ),
  VALUE: declare('text:scalar', (env: Env, value: Value) => numberOf(env, value)),
  EXACT: declare('a:text b:text', (_env: Env, a: string, b: string) => a === b),
  REPT: declare('text:text count:number', (_env: Env, from: string, count: Num) => {
    const times = size(count)
    if (sizeOf(from) * times > MAX_TEXT) throw new Fault('#VALUE!')
    return from.repeat(times)
  }),
  CHAR: declare('code:number', (_env: Env, code: Num) => {
    const at = Math.floor(code.toNumber())
    if (at < 1 || at >= 0x110000 || (at >= 0xd800 && at < 0xe000)) throw new Fault('#VALUE!')
    return String.fromCodePoint(at)
  }),
  RMBCAP: declare('amount:number', (_env: Env, amount: Num = ZERO) => capitals(amount)),
}
