/** Imports as the server knows them: a preview, a start, and the job that does it. */
import { http, type Options } from '@/api/http'
import type { FieldError } from '@/api/problem'

export const MOST_BYTES = 50 * 1_048_576
export const MOST_ROWS = 200_000
export const ENCODINGS = ['utf-8', 'gb18030', 'big5', 'shift_jis', 'windows-1252', 'utf-16'] as const
export const SEPARATORS = ['comma', 'semicolon', 'tab', 'pipe'] as const

/** How a text is read; nothing said is guessed by the server. */
export interface Reading {
  encoding?: string
  separator?: string
}
export type Mapping = Record<string, string | null>
/** A record as it would be stored, with the numbers of the lines that make it. */
export interface TriedRow {
  row: number
  lines: number[]
  /** Sub-form → the line of each of its rows. */
  row_lines: Record<string, number[]>
  values: Record<string, unknown>
  errors: (FieldError & { line: number })[]
}
export interface Trouble {
  field: string
  count: number
  message: string
  cell: string
}
export interface Trial {
  looked_at: number
  refused: number
  rows: TriedRow[]
  troubles: Trouble[]
}
export interface Preview {
  columns: string[]
  rows: string[][]
  total_rows: number
  mapping: Mapping
  /** Fields and `field.column` that this import may fill. */
  fillable: string[]
  /** The column that tells which lines are one record; empty for the record's own cells. */
  group_by: string
  upload: string
  /** Both null for Excel. */
  encoding: string | null
  separator: string | null
  trial: Trial | null
}
export interface Job {
  id: string
  kind: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'undone'
  form: string | null
  file: string | null
  done: number
  total: number | null
  ok: number
  failed: number
  rate_per_s: number | null
  rules: boolean
  messages: boolean
  can_undo: boolean
  created_at: string
  started_at: string | null
  finished_at: string | null
  error: { code: string; message: string } | null
  result: { errors_url?: string; removed?: number; kept?: number }
}

const base = (form: string) => `/forms/${encodeURIComponent(form)}/imports`
const on = (is: boolean) => (is ? 'on' : 'off')

function formOf(fields: Record<string, string | undefined>, file?: File): FormData {
  const made = new FormData()
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) made.set(name, value)
  if (file) made.set('file', file)
  return made
}

export const importsApi = {
  upload: (form: string, file: File, reading: Reading, progress: (share: number) => void, signal: AbortSignal) => http.upload<Preview>(`${base(form)}/preview`, formOf({ ...reading }, file), progress, signal),
  /** Look at an earlier upload again: otherwise mapped, otherwise read. */
  again: (form: string, upload: string, reading: Reading, mapping?: Mapping, by?: string, signal?: AbortSignal) => http.post<Preview>(`${base(form)}/preview`, formOf({ upload, ...reading, mapping: mapping && JSON.stringify(mapping), group_by: by }), { signal }),
  start: (form: string, upload: string, reading: Reading, mapping: Mapping, by: string | undefined, wish: { rules: boolean; messages: boolean }, options: Options) =>
    http.post<{ id: string }>(base(form), formOf({ upload, ...reading, mapping: JSON.stringify(mapping), group_by: by, rules: on(wish.rules), messages: on(wish.messages) }), options),
  job: (id: string, signal?: AbortSignal) => http.get<Job>(`/jobs/${encodeURIComponent(id)}`, { signal }),
  jobs: async () => (await http.get<{ jobs: Job[] }>('/jobs')).jobs,
  cancel: (id: string) => http.post<Job>(`/jobs/${encodeURIComponent(id)}/cancel`),
  undo: (id: string) => http.post<Job>(`/jobs/${encodeURIComponent(id)}/undo`),
}

export function isOver(job: Job): boolean {
  return job.state !== 'queued' && job.state !== 'running'
}
