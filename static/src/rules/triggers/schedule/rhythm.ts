/** How often a schedule fires, and what each way of saying it starts with. */
import type { Trigger } from '../../rule'

export const EVERY = ['hour', 'day', 'week', 'month', 'cron'] as const
export const PRESETS = [
  ['workdays', '0 9 * * mon-fri'],
  ['quarter_hour', '*/15 * * * *'],
  ['twice', '0 9,17 * * *'],
  ['quarter', '0 9 1 1,4,7,10 *'],
] as const

/** The settings that go along with another rhythm; the time of day stays, and becomes part of an expression. */
export function rhythm(every: string, before: Trigger): Partial<Trigger> {
  const at = String(before.at ?? '09:00')
  if (every !== 'cron') return { every, cron: null }
  return { every, cron: String(before.cron || asCron(before, at)) }
}
/** The same rhythm as an expression. */
function asCron(before: Trigger, at: string): string {
  const [hour, minute] = at.split(':').map(Number)
  const day = Number(before.day ?? 1)
  const days = { week: `* * ${String(before.weekday ?? 'mon')}`, month: `${day} * *` }[String(before.every)] ?? '* * *'
  return `${minute} ${before.every === 'hour' ? '*' : hour} ${days}`
}
