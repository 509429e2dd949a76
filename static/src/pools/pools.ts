/** Pools: what lies in them, what somebody may take, and their documents. */
import { computed, shallowRef, watch, type ComputedRef } from 'vue'
import { http, type Query } from '@/api/http'
import type { Condition, FormField, L10n } from '@/api/types'
import type { RecordPage, RecordRow } from '@/records/types'
import type { DefinitionSummary } from '@/rules/rule'

export interface Limits {
  per_day: number | null
  taken_today: number
  left_today: number | null
  holding: number | null
  held: number
  left_holding: number | null
}
export interface PoolInfo {
  id: string
  key: string
  title: L10n
  app: { id: string; key: string; title: L10n } | null
  form: { id: string; key: string; title: L10n }
  owner: string
  count: number
  mode: 'claim' | 'automatic' | 'manager'
  may_claim: boolean
  may_manage: boolean
  batch: number
  limits: Limits
  masked: string[]
  warn: number[]
  terms: { cool_down_days: number | null; protection_days: number | null; unfollowed_days: number | null; unwon_days: number | null; owner_left: boolean }
}
export interface Entry {
  since: string
  why: string
  from: string | null
  recycled: number
  due_at: string | null
  due_why: string | null
  days_left: number | null
  protected_until: string | null
}
export interface PoolRow extends RecordRow {
  entry: Entry | null
  /** What is shown of values that are hidden until the record is taken. */
  masked: Record<string, string>
  cooling_until: string | null
}
export interface PoolPage extends Omit<RecordPage, 'records'> {
  records: PoolRow[]
}
export interface Outcome { id: string; status: number; code?: string; message?: string }
export interface Done { results: Outcome[]; limits: Limits }
export interface Step { did: string; at: string; by: string | null; from: string | null; to: string | null; why: string | null; note: string | null }
export interface Standing {
  pool: { id: string; key: string; title: L10n } | null
  owner?: string | null
  entry: Entry | null
  due_at?: string | null
  due_why?: string | null
  days_left?: number | null
  is_warned?: boolean
  protected_until?: string | null
  may_claim?: boolean
  may_return?: boolean
  may_assign?: boolean
  log: Step[]
  people: Record<string, string>
}
export type Box = 'waiting' | 'mine'

export interface Circle { everyone?: boolean; users?: string[]; roles?: string[]; departments?: string[] }
export interface PoolDocument {
  title: L10n
  form: string
  owner: string
  enabled?: boolean
  position?: number
  filter?: Condition | null
  see?: Circle
  claim?: Circle
  manage?: Circle
  assign?: { mode?: PoolInfo['mode']; rule?: string | null }
  limits?: { per_day?: number | null; holding?: number | null; not_counted?: Condition | null; batch?: number }
  cool_down_days?: number | null
  protection?: { days?: number | null; when?: Condition | null }
  recycle?: { unfollowed?: { days: number; field?: string | null } | null; unwon?: { days: number; won: Condition } | null; owner_left?: boolean }
  warn?: { days?: number[]; mail?: boolean }
  calendar?: string | null
  masked?: string[]
}

export const poolApi = {
  list: (app: string) => http.get<{ pools: PoolInfo[] }>('/pools', { query: { app } }).then((answer) => answer.pools),
  records: (id: string, query: Query) => http.get<PoolPage>(`/pools/${id}/records`, { query }),
  claim: (id: string, records: string[]) => http.post<Done>(`/pools/${id}/claim`, { records }),
  assign: (id: string, records: string[], to: string) => http.post<Done>(`/pools/${id}/assign`, { records, to }),
  putBack: (id: string, records: string[], reason: string) => http.post<Done>(`/pools/${id}/return`, { records, reason }),
  standing: (path: string) => http.get<Standing>(`${path}/pool`),
  create: (app: string, document: PoolDocument) => http.post<DefinitionSummary>(`/apps/${app}/definitions`, { kind: 'pool', key: `pool_${Date.now().toString(36)}`, document }),
}

/** The pools of the app that is open, for whoever leads to them. */
export const known = shallowRef<{ app: string; pools: PoolInfo[] }>({ app: '', pools: [] })
export async function learnPools(app: string): Promise<PoolInfo[]> {
  const pools = await poolApi.list(app)
  known.value = { app, pools }
  return pools
}

/** The pools of the app that is open, asked when another one is opened; `app` tells its key. */
export function usePoolsOf(app: () => string | undefined): ComputedRef<PoolInfo[]> {
  watch(app, (key) => key && void learnPools(key).catch(() => undefined), { immediate: true })
  return computed(() => (known.value.app === app() ? known.value.pools : []))
}

/** A pool as most teams begin: so many a day, a week before taking it again, a month without word before it goes back. */
export function freshPool(form: string, owner: FormField, title: L10n): PoolDocument {
  return {
    title, form, owner: owner.id, see: { everyone: true }, claim: { everyone: true }, manage: {},
    assign: { mode: 'claim' }, limits: { per_day: 20, holding: 100, batch: 20 }, cool_down_days: 7, protection: { days: 3 },
    recycle: { unfollowed: { days: 30 }, owner_left: true }, warn: { days: [3, 1] }, masked: [],
  }
}
/** "3, 1" as days before the end, the earliest first; what is no number is left out. */
export function daysOf(text: string): number[] {
  const found = text.split(/[^0-9]+/).filter(Boolean).map(Number).filter((days) => days >= 1 && days <= 365)
  return [...new Set(found)].sort((a, b) => b - a).slice(0, 5)
}
