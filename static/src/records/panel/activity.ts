/** What happened around a record, and the flows that did some of it. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'

export interface Change {
  field: string
  before: unknown
  after: unknown
}
export interface Entry {
  id: string
  at: string
  kind: string
  actor: { kind: string; id: string | null; name: string | null }
  act?: string
  rev?: number
  changes?: Change[]
  cause?: { origin?: string; flows?: string[]; depth?: number; flow?: string } | string | null
  body?: string
  channel?: string
  data?: Record<string, unknown>
}
export type Sort = 'change' | 'comment' | 'touchpoint'

export function sortOf(entry: Entry): Sort {
  if (entry.changes) return 'change'
  return entry.body !== undefined ? 'comment' : 'touchpoint'
}
/** The flow that brought a change about, or null when a person did. */
export function flowOf(entry: Entry): string | null {
  const cause = entry.cause
  if (!cause || typeof cause === 'string') return null
  // the house keeping relations up to date stands in the chain too, and is no rule
  return cause.flow ?? cause.flows?.filter((one) => one !== 'relations').at(-1) ?? null
}

/** Whether a mail brought it about, by no hand of ours. */
export const isByMail = (entry: Entry): boolean => entry.actor.kind === 'system' && typeof entry.cause === 'object' && entry.cause?.origin === 'mail'

const titles = new Map<string, Promise<Map<string, L10n>>>()
/** Titles of an app's flows by id; empty for those who may not see them. */
export function flowTitles(app: string): Promise<Map<string, L10n>> {
  const asked = titles.get(app) ?? http
    .get<{ definitions: { id: string; title: L10n }[] }>(`/apps/${app}/definitions`, { query: { kind: 'flow' } })
    .then((answer) => new Map(answer.definitions.map((one) => [one.id, one.title])))
    .catch(() => new Map<string, L10n>())
  titles.set(app, asked)
  return asked
}
