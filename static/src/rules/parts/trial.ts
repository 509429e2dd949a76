/** Trying an assignment rule on the records that are there: a job whose result is read once it has ended. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'

export interface Share {
  user: string
  name: string
  given: number
  had: number
  same: number
  peak: number
  max_open: number | null
}
export interface TrialResult {
  records: number
  given: number
  to_take: number
  unassigned: number
  held: number
  same: number
  people: Share[]
  pools: { pool: number | null; records: number }[]
  reasons: { code: string; records: number }[]
  examples: { record: string; title: string | null; reasons: string[] }[]
}
export interface AssignmentJob<Result> {
  id: string
  state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | 'undone'
  done: number
  total: number | null
  ok: number
  failed: number
  error: { message: string } | null
  result: Result
}
export const trialApi = {
  start: (rule: string, document: unknown, most: number | null, at: 'then' | 'now') => http.post<{ id: string }>(`/assignment-rules/${rule}/dry-run`, { document, most, at }),
  job: <Result>(id: string) => http.get<AssignmentJob<Result>>(`/jobs/${id}`),
  undo: (id: string) => http.post(`/jobs/${id}/undo`),
}
export interface Move {
  record: string
  title: string | null
  from_name: string
  words: L10n
  /** Null where nobody else is found: it stays. */
  to: string | null
  to_name: string
  because: L10n
  reasons: Reason[]
}
export const rebalanceApi = {
  foresee: (rule: string) => http.get<{ moves: Move[] }>(`/assignment-rules/${rule}/rebalance`),
  start: (rule: string) => http.post<{ id: string }>(`/assignment-rules/${rule}/rebalance`),
}

/** Read a job until it has ended, telling each look; stops when `goesOn` says no. */
export async function follow<Result>(id: string, told: (job: AssignmentJob<Result>) => void, goesOn: () => boolean): Promise<void> {
  for (let wait = 250; goesOn(); wait = Math.min(wait * 1.4, 2000)) {
    const job = await trialApi.job<Result>(id)
    if (!goesOn()) return
    told(job)
    if (job.state !== 'queued' && job.state !== 'running') return
    await new Promise((done) => window.setTimeout(done, wait))
  }
}
export interface Reason {
  code: string
  reason: L10n | null
  count: number
  names: string[]
}
