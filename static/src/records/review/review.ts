/** Submissions that wait for a review, and what can be done with them. */
import { http } from '@/api/http'
import type { RecordPage, RecordRow } from '../types'
import { learn } from '../values/names'

export interface Submission {
  id: string
  state: 'waiting' | 'rejected'
  at: string
  locale: string
  source: string | null
  values: Record<string, unknown>
  /** Fields that a reviewer corrected. */
  corrected: string[]
  reason: string | null
  decided_at: string | null
  decided_by: string | null
}
export interface Outcome {
  id: string
  ok: boolean
  code?: string
  detail?: string
  errors?: { field: string | null; code: string; message: string }[]
}
export type Decision = 'accept' | 'reject' | 'restore'

export async function readSubmissions(form: string, state: Submission['state']): Promise<Submission[]> {
  const answer = await http.get<{ submissions: Submission[] } & Pick<RecordPage, 'people' | 'departments' | 'linked'>>(`/forms/${form}/waiting`, { query: { state } })
  learn(answer)
  return answer.submissions
}
export async function decide(form: string, what: Decision, ids: string[], reason?: string): Promise<Outcome[]> {
  const answer = await http.post<{ results: Outcome[] }>(`/forms/${form}/waiting/${what}`, { ids, ...(what === 'reject' ? { reason: reason ?? '' } : {}) })
  return answer.results
}
export function correct(form: string, id: string, values: Record<string, unknown>): Promise<Submission> {
  return http.patch<Submission>(`/forms/${form}/waiting/${id}`, { values })
}
/** A submission as the record it may become, for what draws records. */
export function asRecord(one: Submission): RecordRow {
  return { id: one.id, rev: 0, values: one.values, created_at: one.at, created_by: null, updated_at: one.at, updated_by: null }
}
