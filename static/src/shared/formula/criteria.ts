/** Criteria such as ">5", "<>done" or "A*": the twin of `platform/definitions/formula/criteria.py`. */
import { fold } from '@/shared/conditions'
import { compare, isWhen, numberOrNull } from './operators'
import { Decimal, type Env, Fault, isObject, scalar, sizeOf, type Value } from './values'

export type Test = (value: Value) => boolean
const ORDER: Readonly<Record<string, (order: number) => boolean>> = {
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
}

export function criterion(env: Env, wanted: Value): Test {
  if (typeof wanted !== 'string') {
    const single = scalar(wanted)
    return (value) => equals(env, value, single)
  }
  const [, sign = '', operand = ''] = /^(<>|<=|>=|<|>|=)?(.*)$/s.exec(wanted) ?? []
  const number = numberOrNull(env, operand)
  const order = ORDER[sign]
  if (order) return ordered(env, order, number ?? operand)
  const met: Test = number ? (value) => equals(env, value, number) : alike(operand)
  return sign === '<>' ? (value) => !met(value) : met
}

/** An expression for a text with `?`, `*` and `~`. */
export function wildcard(pattern: string, whole: boolean): RegExp {
  if (sizeOf(pattern) > 255) throw new Fault('#VALUE!')
  const said = fold(pattern).replace(/~([?*~])|([?*])|([\\^$.|+()[\]{}/-])/g, (_, escaped?: string, mark?: string, other?: string) => {
    if (mark) return mark === '?' ? '.' : '.*?'
    return `\\${escaped ?? other}`.replace('\\~', '~')
  })
  return new RegExp(whole ? `^(?:${said})$` : said, 'su')
}

export const hasWildcard = (text: string) => /[?*~]/.test(text)

function equals(env: Env, value: Value, wanted: Value): boolean {
  if (value instanceof Fault || Array.isArray(value) || isObject(value) || (value === null) !== (wanted === null)) return false
  if ((typeof value === 'boolean') !== (typeof wanted === 'boolean')) return false
  return compare(env, value, wanted) === 0
}

function ordered(env: Env, met: (order: number) => boolean, wanted: Value): Test {
  const fits = (value: Value) => (typeof wanted === 'string' ? typeof value === 'string' : value instanceof Decimal || isWhen(value))
  return (value) => fits(value) && met(compare(env, value, wanted))
}

function alike(operand: string): Test {
  if (!operand) return (value) => value === null || value === ''
  const expression = hasWildcard(operand) ? wildcard(operand, true) : null
  const folded = fold(operand)
  return (value) => typeof value === 'string' && (expression ? expression.test(fold(value)) : fold(value) === folded)
}
