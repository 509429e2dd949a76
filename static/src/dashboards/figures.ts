/** What a dashboard says and what the server computed for it. */
import type { Condition, L10n } from '@/api/types'

export type Bucket = 'day' | 'week' | 'month' | 'quarter' | 'year'
export interface Widget {
  id: string
  type: 'number' | 'bar' | 'line' | 'pie' | 'donut' | 'funnel' | 'table' | 'metric' | (string & {})
  title: L10n
  form: string
  group_by?: { field: string; bucket?: Bucket | null }[]
  measures?: { op: string; field?: string | null }[]
  goal?: number | null
  unit?: L10n | null
  x?: number
  y?: number
  w?: number
  h?: number
}
export interface DashboardDocument {
  title: L10n
  widgets: Widget[]
  filters?: { field: string; form: string }[]
}
export interface Dashboard {
  id: string
  key: string
  app_key: string
  title: L10n
  document: DashboardDocument
}

export interface MeasureInfo {
  op: string
  field: string | null
  label: string
  currency?: string
}
export interface MetricInfo {
  id: string
  label: string
  help: string
  unit: 'score' | 'percent' | 'mean'
  lowest: number
  highest: number
}
/** `few`: under 5 answers, `uncertain`: under 30. */
export type Flag = 'few' | 'uncertain' | null
type Amount = number | string | null
export interface Score {
  value: Amount
  n: number
  margin?: Amount
  flag?: Flag
  parts?: Record<string, number>
}
export interface Row extends Partial<Score> {
  group: Record<string, unknown>
  label: string
  labels: string[]
  measures: Amount[]
  color?: string | null
  drill?: Condition
  /** Funnels: how many came at least this far, and their share of the step before. */
  reached?: Amount
  step_percent?: Amount
}
export interface TableRecord {
  id: string
  values: Record<string, unknown>
  shown: Record<string, string>
}
/** What the server computed for one tile; which parts are there depends on its type. */
export interface Figures extends Partial<Score> {
  error?: string | { code?: string; message?: string }
  drill?: Condition
  /** Whether the filter over the dashboard touches this tile. */
  filtered?: boolean
  measure?: MeasureInfo
  measures?: MeasureInfo[]
  metric?: MetricInfo
  rows?: Row[]
  columns?: { field: string; label: string }[]
  records?: TableRecord[]
}
export interface DashboardData {
  widgets: Record<string, Figures>
  computed_at: string
}

/** Opens the records behind a mark; nothing where there are no records to open. */
export type Drill = (condition: Condition | undefined) => void

export function amountOf(value: Amount | undefined): number | null {
  return value === null || value === undefined || value === '' ? null : Number(value)
}

/** Whether there is nothing to draw. */
export function isEmpty(figures: Figures): boolean {
  if (figures.records) return figures.records.length === 0
  if (figures.rows) return figures.rows.every((row) => (row.n !== undefined ? row.n === 0 : row.measures.every((one) => !amountOf(one))))
  return figures.metric ? figures.n === 0 : false
}
