/** The states of a record's blueprints and the transitions out of them, as one person may take them. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'

export type Category = 'open' | 'paused' | 'won' | 'lost'
export interface Item { id: string; label: L10n }
export interface Way {
  key: string
  label: L10n
  to: string
  open: boolean
  barred: 'not_for_you' | 'condition_not_met' | null
  reason: string | null
  require: string[]
  ask: string[]
  checklist: Item[]
  comment: 'off' | 'optional' | 'required'
}
export interface Standing {
  id: string
  key: string
  title: L10n
  field: string
  state: string | null
  since: string | null
  states: { option: string; category: Category }[]
  transitions: Way[]
}
export interface Stage {
  id: string
  field: string
  state: string
  category: Category
  entered_at: string
  left_at: string | null
  spent_s: number | null
  actor: { kind: string; id: string | null }
  transition: string | null
  label: L10n | null
  comment: string | null
}
export interface Said { values: Record<string, unknown>; checked: string[]; comment: string }

export const COLOURS: Record<Category, string> = { open: 'blue', paused: 'amber', won: 'green', lost: 'grey' }
export const transitionApi = {
  list: (path: string) => http.get<{ rev: number; blueprints: Standing[]; may_put_right: boolean }>(`${path}/transitions`),
  take: (path: string, blueprint: string, transition: string, said: Said, rev: number, idempotencyKey: string) => http.post<{ rev: number }>(`${path}/transitions`, { blueprint, transition, ...said }, { ifMatch: rev, idempotencyKey }),
  putRight: (path: string, blueprint: string, state: string, comment: string, rev: number) => http.post<{ rev: number }>(`${path}/state`, { blueprint, state, comment }, { ifMatch: rev, idempotencyKey: crypto.randomUUID() }),
  log: (path: string) => http.get<{ stages: Stage[]; people: Record<string, string>; now: string }>(`${path}/stages`),
}

/** Whether a transition can be taken by its button alone. */
export const asksNothing = (way: Way): boolean => !way.require.length && !way.ask.length && !way.checklist.length && way.comment !== 'required'
