/** How well a policy is kept, and its figures as a chart of the dashboards. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import type { Bucket, Figures, Row, Widget } from '@/dashboards/figures'
import type { Metric } from './levels'

export interface Counts {
  attainment: number | null
  met: number
  missed: number
  overdue: number
  open: number
  paused: number
  median_s: number | null
  p90_s: number | null
}
export interface LateRecord {
  record: string
  title: string
  state: 'running' | 'paused' | 'stopped'
  started_at: string
  due_at: string | null
  stopped_at: string | null
  within_s: number
  elapsed_s: number
}
export interface MetricFigures extends Counts {
  metric: string
  title: L10n
  kind: Metric['kind']
  periods: ({ from: string } & Counts)[]
  groups: ({ value: string | null; label: string | null } & Counts)[]
  late: LateRecord[]
}
export interface Breakdown {
  policy: { id: string; key: string; title: L10n }
  form: string
  bucket: Bucket
  by: string | null
  is_cut: boolean
  fields: { id: string; label: L10n; is_priority: boolean }[]
  metrics: MetricFigures[]
}
export const keptApi = { read: (policy: string, since: string | undefined, by: string | undefined) => http.get<Breakdown>(`/sla/${policy}/figures`, { query: { since, by } }) }

/** Bars by period, put together from what was kept, what was not, and what goes on. */
export function chartOf(found: MetricFigures, bucket: Bucket, title: L10n, names: Record<'met' | 'late' | 'open', string>): { widget: Widget; figures: Figures } {
  const parts = { met: (one: Counts) => one.met, late: (one: Counts) => one.missed + one.overdue, open: (one: Counts) => one.open + one.paused }
  const rows = found.periods.flatMap((one) => (Object.keys(parts) as (keyof typeof parts)[]).map((part): Row => ({ group: {}, label: one.from, labels: [one.from, names[part]], measures: [parts[part](one)] })))
  return {
    widget: { id: 'kept', type: 'bar', title, form: '', group_by: [{ field: 'from', bucket }, { field: 'part' }] },
    figures: { rows, measures: [{ op: 'count', field: null, label: '' }] },
  }
}
