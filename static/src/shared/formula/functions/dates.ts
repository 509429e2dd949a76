/** Functions over days, moments and times of day; days and clocks are those of the setting's zone. */
import { DAY_MS, dayNumber, isoWeek, monthLength, partsOf } from '../calendar'
import { rounded } from '../numeric'
import { atClock, bounded, day, dayOf, type Day, type Env, Fault, Moment, type Num, ONE, shifted, type Value, wall, whenOf, whole } from '../values'
import { declare, type Family } from './function'

function cut(number: Num): number {
  if (number.abs().gt(9_999_999)) throw new Fault('#NUM!')
  return rounded(number, 0, 'down').toNumber()
}

function dayIn(year: number, month: number, ofMonth: number): Day {
  const at = year + Math.floor((month - 1) / 12)
  if (at < 1 || at > 9999) throw new Fault('#NUM!')
  return day(dayNumber(year, month, ofMonth))
}

function monthsOn(start: number, months: number, end = false): number {
  const { year, month, day: ofMonth } = partsOf(start)
  const first = partsOf(dayIn(year, month + months, 1).days)
  const last = monthLength(first.year, first.month)
  return dayNumber(first.year, first.month, end ? last : Math.min(ofMonth, last))
}

function fullMonths(start: number, end: number): number {
  const [from, to] = [partsOf(start), partsOf(end)]
  return (to.year - from.year) * 12 + to.month - from.month - (to.day < from.day ? 1 : 0)
}

function datedif(_env: Env, start: number, end: number, unit = 'D'): Num {
  if (start > end) throw new Fault('#NUM!')
  const months = fullMonths(start, end)
  switch (unit.toUpperCase()) {
    case 'Y':
      return whole(Math.floor(months / 12))
    case 'M':
      return whole(months)
    case 'D':
      return whole(end - start)
    case 'YM':
      return whole(months % 12)
    case 'MD':
      return whole(end - monthsOn(start, months))
    case 'YD':
      return whole(end - monthsOn(start, Math.floor(months / 12) * 12))
    default:
      throw new Fault('#NUM!')
  }
}

/** Which weekday begins the week, Monday being 0. */
function firstDay(kind: Num): number {
  const said = cut(kind)
  if (said === 1) return 6
  if (said === 2) return 0
  if (said < 11 || said > 17) throw new Fault('#NUM!')
  return said - 11
}

function weeknum(_env: Env, when: number, kind: Num = ONE): Num {
  if (kind.eq(21)) return whole(isoWeek(when))
  const first = dayNumber(partsOf(when).year, 1, 1)
  return whole(Math.floor((when - first + ((partsOf(first).weekday - firstDay(kind) + 7) % 7)) / 7) + 1)
}

/** How many Mondays to Fridays come before a day, counted from a Monday long ago. */
const FIRST_MONDAY = -719_162
function workdaysBefore(at: number): number {
  const since = at - FIRST_MONDAY
  return Math.floor(since / 7) * 5 + Math.min(since - Math.floor(since / 7) * 7, 5)
}
const isWeekend = (at: number) => partsOf(at).weekday > 4

function holidaysOf(env: Env, values: Value[]): number[] {
  return [...new Set(values.filter((one) => one !== null).map((one) => dayOf(env, one)))].filter((at) => !isWeekend(at))
}

function networkdays(env: Env, start: number, end: number, holidays: Value[] = []): Num {
  const [first, last] = [Math.min(start, end), Math.max(start, end)]
  const count = workdaysBefore(last) + (isWeekend(last) ? 0 : 1) - workdaysBefore(first)
  const free = holidaysOf(env, holidays).filter((at) => first <= at && at <= last).length
  return whole(start <= end ? count - free : free - count)
}

function business(start: number, count: number): number {
  if (!count) return start
  const at = workdaysBefore(start) + count - (isWeekend(start) && count > 0 ? 1 : 0)
  const weeks = Math.floor(at / 5)
  return day(FIRST_MONDAY + weeks * 7 + at - weeks * 5).days
}

function workday(env: Env, start: number, days: Num, holidays: Value[] = []): Day {
  const step = days.gt(0) && cut(days) > 0 ? 1 : -1
  let found = business(start, cut(days))
  for (const at of holidaysOf(env, holidays).sort((a, b) => (a - b) * step)) {
    if (step > 0 ? start < at && at <= found : found <= at && at < start) found = business(found, step)
  }
  return day(found)
}

const clock = (pick: (at: Date) => number) => (_env: Env, when: number) => whole(pick(new Date(when)))

export const dates: Family = {
  DATE: declare('year:number month:number day:number', (_env: Env, year: Num, month: Num, ofMonth: Num) => dayIn(cut(year), cut(month), cut(ofMonth))),
  TODAY: declare('', (env: Env) => day(Math.floor(wall(env, new Moment(env.setting.now)) / DAY_MS))),
  NOW: declare('', (env: Env) => new Moment(Math.floor(env.setting.now / 1000) * 1000)),
  YEAR: declare('when:day', (_env: Env, when: number) => whole(partsOf(when).year)),
  MONTH: declare('when:day', (_env: Env, when: number) => whole(partsOf(when).month)),
  DAY: declare('when:day', (_env: Env, when: number) => whole(partsOf(when).day)),
  HOUR: declare('when:when', clock((at) => at.getUTCHours())),
  MINUTE: declare('when:when', clock((at) => at.getUTCMinutes())),
  SECOND: declare('when:when', clock((at) => at.getUTCSeconds())),
  DATEDIF: declare('start:day end:day unit:text?', datedif),
  DATEDELTA: declare('when:scalar days:number', (env: Env, when: Value, days: Num) => shifted(env, whenOf(env, when), rounded(days, 0, 'down'))),
  DAYS: declare('end:day start:day', (_env: Env, end: number, start: number) => whole(end - start)),
  WEEKDAY: declare('when:day kind:number?', (_env: Env, when: number, kind: Num = ONE) => {
    const { weekday } = partsOf(when)
    return whole(kind.eq(3) ? weekday : ((weekday - firstDay(kind) + 7) % 7) + 1)
  }),
  WEEKNUM: declare('when:day kind:number?', weeknum),
  ISOWEEKNUM: declare('when:day', (_env: Env, when: number) => whole(isoWeek(when))),
  EDATE: declare('when:day months:number', (_env: Env, when: number, months: Num) => day(monthsOn(when, cut(months)))),
  EOMONTH: declare('when:day months:number', (_env: Env, when: number, months: Num) => day(monthsOn(when, cut(months), true))),
  NETWORKDAYS: declare('start:day end:day holidays:list?', networkdays),
  WORKDAY: declare('start:day days:number holidays:list?', workday),
  TIME: declare('hour:number minute:number second:number', (_env: Env, hour: Num, minute: Num, second: Num) => {
    const seconds = cut(hour) * 3600 + cut(minute) * 60 + cut(second)
    if (seconds < 0) throw new Fault('#NUM!')
    return bounded(whole(seconds % 86_400).div(86_400))
  }),
  TIMESTAMP: declare('when:scalar', (env: Env, when: Value) => {
    const found = whenOf(env, when)
    return whole(found instanceof Moment ? found.ms : atClock(env, found.days * DAY_MS).ms)
  }),
}
