/** Service level policies and working calendars, as their editors see them. */
import { http } from '@/api/http'
import type { Condition, L10n } from '@/api/types'
import type { DefinitionSummary, Finding, RuleNode } from '@/rules/rule'

export type Signal = Condition | { event: string } | null
export interface Target { when?: Condition | null; priority?: string[]; within: string; business?: boolean }
export interface Warning { before?: string; percent?: number; do?: RuleNode[] }
export interface LadderStep { after: string; do?: RuleNode[] }
export interface Metric {
  id: string
  title?: L10n
  kind: 'first_response' | 'next_response' | 'resolution' | 'custom'
  start?: Signal
  stop?: Signal
  pause?: Condition | null
  targets: Target[]
  warn?: Warning[]
  breach?: RuleNode[]
  ladder?: LadderStep[]
}
export interface PolicyDocument {
  title: L10n
  form: string
  enabled?: boolean
  position?: number
  filter?: Condition | null
  calendar?: string | null
  priority_field?: string | null
  metrics: Metric[]
}
export type Interval = [string, string]
export interface DayEntry { on: string; until?: string; kind: 'holiday' | 'workday'; title?: L10n; hours?: Interval[] }
export interface CalendarDocument {
  title: L10n
  timezone: string
  week: Record<string, Interval[]>
  days?: Record<string, Interval[]>
  entries?: DayEntry[]
  based_on?: string | null
}
export interface HolidayList { id: string; title: L10n; source: L10n; entries: DayEntry[] }
export interface Draft<T> extends DefinitionSummary { rev: number; document: T; findings: Finding[]; saved_at: string }
export interface Clock {
  policy: { key: string; title: L10n }
  metric: string
  title: L10n
  kind: Metric['kind']
  number: number
  status: 'running' | 'warned' | 'paused' | 'breached' | 'met'
  state: 'running' | 'paused' | 'stopped'
  due_at: string | null
  remaining_s: number | null
  elapsed_s: number
  business: boolean
}

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const METRIC_KINDS: Metric['kind'][] = ['first_response', 'next_response', 'resolution', 'custom']
export const EVENTS = ['public_reply', 'requester_message', 'member_comment']
export const levelApi = {
  draft: <T>(id: string) => http.get<Draft<T>>(`/definitions/${id}/draft`),
  save: (id: string, document: object, rev: number) => http.put<{ rev: number; saved_at: string; findings: Finding[] }>(`/definitions/${id}/draft`, { document }, { ifMatch: rev }),
  publish: (id: string) => http.post<{ version: number }>(`/definitions/${id}/publish`, {}),
  create: (app: string, kind: 'sla' | 'calendar', document: object) => http.post<DefinitionSummary>(`/apps/${app}/definitions`, { kind, key: `${kind}_${Date.now().toString(36)}`, document }),
  holidays: () => http.get<{ lists: HolidayList[] }>('/holidays').then((answer) => answer.lists),
  clocks: (path: string) => http.get<{ clocks: Clock[] }>(`${path}/sla`).then((answer) => answer.clocks),
}

export function freshCalendar(title: L10n): CalendarDocument {
  const hours: Interval[] = [['09:00', '12:00'], ['13:30', '18:00']]
  return { title, timezone: Intl.DateTimeFormat().resolvedOptions().timeZone || 'Asia/Shanghai', week: Object.fromEntries(WEEKDAYS.map((day, at) => [day, at < 5 ? hours : []])), entries: [] }
}
export function freshMetric(kind: Metric['kind'], taken: string[]): Metric {
  let id: string = kind
  for (let number = 2; taken.includes(id); number += 1) id = `${kind}_${number}`
  return { id, kind, targets: [{ within: kind === 'resolution' ? 'PT24H' : 'PT4H', business: true }], warn: [], breach: [], ladder: [] }
}
export const eventOf = (signal: Signal | undefined): string => (signal && 'event' in signal && Object.keys(signal).length === 1 ? String(signal.event) : '')
export const conditionOf = (signal: Signal | undefined): Condition => (signal && !eventOf(signal) ? (signal as Condition) : {})

/** "PT90M" is 90 minutes, "P2D" two days. */
export function minutesOf(text: string | undefined): number {
  const found = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/.exec(text ?? '')
  return found ? Number(found[1] ?? 0) * 1440 + Number(found[2] ?? 0) * 60 + Number(found[3] ?? 0) : 0
}
export const spanOf = (minutes: number): string => (minutes && minutes % 60 === 0 ? `PT${minutes / 60}H` : `PT${Math.max(1, minutes)}M`)
