/** Records that nobody could be given, or that wait for somebody to take them. */
import { ref } from 'vue'
import { http } from '@/api/http'
import type { L10n } from '@/api/types'

export interface QueueEntry {
  id: string
  app: { key: string; title: L10n }
  form: string
  form_title: L10n
  record: string
  /** Null where one may not read it. */
  title: string | null
  waits_to_be_taken: boolean
  can_take: boolean
  because: L10n
  reasons: { code: string; reason: L10n | null; count: number; names: string[] }[]
  queued_at: string
  tried_at: string
  next_at: string
  tries: number
}

/** How many wait that concern one. */
export const inQueue = ref(0)
export const queueApi = {
  list: async () => {
    const { entries } = await http.get<{ entries: QueueEntry[] }>('/queue')
    inQueue.value = entries.length
    return entries
  },
  take: (id: string) => http.post<{ record: string; form: string }>(`/queue/${id}/take`),
}
export async function refreshQueue(): Promise<void> {
  await queueApi.list().catch(() => undefined)
}
export const pageOf = (entry: QueueEntry) => `/a/${entry.app.key}/f/${entry.form.slice(entry.app.key.length + 1)}?record=${entry.record}`
