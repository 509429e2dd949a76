/** Days as numbers since 1970-01-01, and wall clocks of zones: what the functions over dates stand on. */
import { onClock, offset } from '@/shared/conditions'

export const DAY_MS = 86_400_000
const DAY = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?)?$/

export interface Parts {
  year: number
  /** From 1. */
  month: number
  day: number
  /** Monday is 0. */
  weekday: number
}

export const wallClock = {
  /** What a clock in the zone shows at a moment, as milliseconds of a clock in UTC. */
  shown: (ms: number, zone: string) => ms + offset(ms, zone),
  /** The moment at which a clock in the zone shows that. */
  moment: (shown: number, zone: string) => onClock(shown, zone),
}

/** The number of a day; months and days may run over. */
export function dayNumber(year: number, month: number, day: number): number {
  const at = new Date(0)
  at.setUTCFullYear(year, month - 1, 1)
  return Math.round(at.getTime() / DAY_MS) + day - 1
}

export function partsOf(days: number): Parts {
  const at = new Date(days * DAY_MS)
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate(), weekday: (((days + 3) % 7) + 7) % 7 }
}

export function dayText(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10)
}

export function monthLength(year: number, month: number): number {
  return dayNumber(year, month + 1, 1) - dayNumber(year, month, 1)
}

/** Year and week of the ISO calendar: the week belongs to the year that its Thursday is in. */
export function isoWeek(days: number): number {
  const thursday = days - partsOf(days).weekday + 3
  return Math.floor((thursday - dayNumber(partsOf(thursday).year, 1, 1)) / 7) + 1
}

/** What a text names: a day, a moment, or what a clock of the zone shows. */
export function moment(text: string): { kind: 'day' | 'moment' | 'clock'; at: number } | null {
  const found = DAY.exec(text)
  if (!found) return null
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map((part) => Number(part ?? 0))
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > monthLength(year, month)) return null
  const days = dayNumber(year, month, day)
  if (found[4] === undefined) return { kind: 'day', at: days }
  if (hour > 23 || minute > 59 || second > 59) return null
  const shown = days * DAY_MS + (hour * 3600 + minute * 60 + second) * 1000
  const zone = found[7]
  if (zone === undefined) return { kind: 'clock', at: shown }
  if (zone === 'Z') return { kind: 'moment', at: shown }
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  const ahead = (hours * 60 + minutes) * 60_000
  return hours > 23 || minutes > 59 ? null : { kind: 'moment', at: zone.startsWith('-') ? shown + ahead : shown - ahead }
}
