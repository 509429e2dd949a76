/** The notifications of whoever is signed in, and the addresses of the records that they are about. */
import { ref, shallowRef } from 'vue'
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import { unread } from '@/shell/notifications'

export interface Notice {
  id: string
  at: string
  read: boolean
  text: L10n
  record: { form: string; id: string } | null
  /** A page of the workspace that it leads to. */
  path: string | null
}
interface Place {
  path: string
  title: L10n
}

export function useNotices() {
  const notices = shallowRef<Notice[]>([])
  const places = ref<Record<string, Place>>({})

  async function read(): Promise<void> {
    const answer = await http.get<{ notifications: Notice[]; unread: number }>('/notifications')
    notices.value = answer.notifications
    unread.value = answer.unread
    const forms = new Set(answer.notifications.flatMap((one) => (one.record ? [one.record.form] : [])))
    await Promise.all([...forms].filter((form) => !places.value[form]).map(learn))
  }
  /** A form that is gone, or hidden from the reader, leaves its notices without a link. */
  async function learn(id: string): Promise<void> {
    const form = await http.get<{ key: string; title: L10n; app: { key: string } }>(`/forms/${id}`).catch(() => null)
    if (form) places.value[id] = { path: `/a/${form.app.key}/f/${form.key}`, title: form.title }
  }
  async function markRead(ids?: string[]): Promise<void> {
    await http.post('/notifications/read', ids ? { ids } : { all: true })
    notices.value = notices.value.map((one) => (!ids || ids.includes(one.id) ? { ...one, read: true } : one))
    unread.value = ids ? Math.max(0, unread.value - ids.length) : 0
  }
  const placeOf = (notice: Notice) => (notice.record ? places.value[notice.record.form] : undefined)
  return { notices, read, markRead, placeOf }
}

/** Notices in the order they came, under the day on which they did: "2026-11-23". */
export function byDay(notices: readonly Notice[]): { day: string; notices: Notice[] }[] {
  const days: { day: string; notices: Notice[] }[] = []
  for (const notice of notices) {
    const at = new Date(notice.at)
    const day = [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-')
    if (days.at(-1)?.day !== day) days.push({ day, notices: [] })
    days.at(-1)?.notices.push(notice)
  }
  return days
}
