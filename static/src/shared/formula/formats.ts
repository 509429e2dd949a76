/** The formats of TEXT: the twin of `platform/definitions/formula/formats.py`. */
import { DAY_MS, partsOf } from './calendar'
import { grouped, parted, rounded } from './numeric'
import { numberOrNull } from './operators'
import { Decimal, type Env, Fault, type Num, numberOf, shownAt, sizeOf, textOf, type Value } from './values'

const DATE_SIGNS = /"[^"]*"|\\.|AM\/PM|y+|m+|d+|h+|s+|a{3,4}/gis
const NUMBER_SIGNS = /^((?:"[^"]*"|\\.|[^0#?"\\])*?)([0#?,]*[0#?](?:\.[0#?]*)?|\.[0#?]+)/s
const LITERAL = /"([^"]*)"|\\(.)/gs
const WEEKDAYS: Readonly<Record<string, readonly string[]>> = {
  'zh-CN': ['星期一', '星期二', '星期三', '星期四', '星期五', '星期六', '星期日'],
  en: ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'],
}
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const bare = (text: string) => text.replace(LITERAL, '')
const literal = (text: string) => text.replace(LITERAL, (_, quoted?: string, escaped?: string) => quoted ?? escaped ?? '')

export function formatted(env: Env, value: Value, pattern: string): string {
  if (sizeOf(pattern) > 255) throw new Fault('#VALUE!')
  if (!pattern) return ''
  if (pattern === '@' || pattern.toLowerCase() === 'general') return textOf(env, value)
  if (/[ymdhs]|aaa/i.test(bare(pattern)) && !/[0#?]/.test(bare(pattern))) return dated(shownAt(env, value), pattern, env.setting.locale)
  if (typeof value === 'string') {
    const number = numberOrNull(env, value)
    if (!number) return value
    value = number
  }
  return numbered(numberOf(env, value), pattern)
}

function dated(shown: number, pattern: string, locale: string): string {
  const signs = [...pattern.matchAll(DATE_SIGNS)].map((found) => found[0])
  const words = signs.filter((sign) => !/^["\\]/.test(sign))
  const halfDay = signs.some((sign) => sign.toUpperCase() === 'AM/PM')
  let place = 0
  return pattern.replace(DATE_SIGNS, (sign) => {
    if (/^["\\]/.test(sign)) return sign.startsWith('"') ? sign.slice(1, -1) : sign.slice(1)
    const [before, after] = [words[place - 1], words[place + 1]]
    place += 1
    return datePart(shown, sign, /^h/i.test(before ?? '') || /^s/i.test(after ?? ''), halfDay, locale)
  })
}

function datePart(shown: number, sign: string, minutes: boolean, halfDay: boolean, locale: string): string {
  const parts = partsOf(Math.floor(shown / DAY_MS))
  const clock = new Date(shown)
  const [first, size, hour] = [sign.charAt(0).toLowerCase(), sign.length, clock.getUTCHours()]
  if (sign.toUpperCase() === 'AM/PM') return hour < 12 ? 'AM' : 'PM'
  if (first === 'a' || (first === 'd' && size >= 3)) return weekdayName(parts.weekday, size, locale)
  if (first === 'y') return size > 2 ? String(parts.year).padStart(4, '0') : String(parts.year % 100).padStart(2, '0')
  const month = MONTHS[parts.month - 1] ?? ''
  if (first === 'm' && size >= 3 && !minutes) return size > 3 ? month : month.slice(0, 3)
  const found = { d: parts.day, h: halfDay ? hour % 12 || 12 : hour, s: clock.getUTCSeconds(), m: minutes ? clock.getUTCMinutes() : parts.month }[first] ?? 0
  return size > 1 ? String(found).padStart(2, '0') : String(found)
}

function weekdayName(weekday: number, size: number, locale: string): string {
  const name = (WEEKDAYS[locale] ?? WEEKDAYS.en)?.[weekday] ?? ''
  if (size > 3) return name
  return locale === 'zh-CN' ? name.slice(-1) : name.slice(0, 3)
}

function numbered(number: Num, pattern: string): string {
  const sections = pattern.split(';')
  if (number.lt(0) && sections[1] !== undefined) return section(number.abs(), sections[1])
  if (number.isZero() && sections[2] !== undefined) return section(number, sections[2])
  return section(number, sections[0] ?? '')
}

function section(number: Num, text: string): string {
  const found = NUMBER_SIGNS.exec(text)
  if (!found) return literal(text)
  const [whole, before = '', signs = ''] = found
  const after = text.slice(whole.length)
  if (/[0#?]|E[+-]/.test(bare(after))) throw new Fault('#VALUE!')
  for (const mark of bare(before + after)) if (mark === '%') number = number.times(new Decimal(100))
  const written = digitsOf(number.abs(), signs)
  const sign = number.lt(0) && /[^0.,]/.test(written) ? '-' : ''
  return sign + literal(before) + written + literal(after)
}

function digitsOf(number: Num, signs: string): string {
  const [whole = '', part = ''] = signs.split('.')
  const [shown = '', places = ''] = grouped(rounded(number, part.length), part.length, false).split('.')
  const digits = shown.replace(/^0+/, '').padStart(whole.replace(/[^0]/g, '').length, '0')
  const kept = part.replace(/[#?]+$/, '').length
  const shownPlaces = places.slice(0, kept) + places.slice(kept).replace(/0+$/, '')
  return (whole.includes(',') ? parted(digits) : digits) + (shownPlaces ? `.${shownPlaces}` : '')
}
