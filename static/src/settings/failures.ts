/** What went wrong, as the server groups it, and how people are told of it. */
import type { L10n } from '@/api/types'
import type { Named } from './organisation'

export interface Digest {
  every: 'off' | 'hourly' | 'daily'
  hour: number
  people: Named[]
  owners: boolean
}
export interface FailedAbout {
  about: { id: string; kind: string; title: L10n } | null
  app: L10n
  path: string
  count: number
  groups: { kind: string; text: L10n; count: number; first_at: string; last_at: string }[]
}
