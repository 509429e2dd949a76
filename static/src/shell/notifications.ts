/** How many notifications and tasks wait; asked once a minute while the page is looked at. */
import { onScopeDispose, ref } from 'vue'
import { http } from '@/api/http'
import { refreshQueue } from '@/queue/queue'
import { refreshWaiting } from '@/tasks/tasks'

const EVERY_MS = 60_000
export const unread = ref(0)

export async function refreshUnread(): Promise<void> {
  try {
    unread.value = (await http.get<{ unread: number }>('/notifications')).unread
  } catch {
    // the next round asks again
  }
}

export function watchUnread(): void {
  const ask = () => {
    void refreshUnread()
    void refreshWaiting()
    void refreshQueue()
  }
  ask()
  const timer = window.setInterval(() => document.visibilityState === 'visible' && ask(), EVERY_MS)
  onScopeDispose(() => window.clearInterval(timer))
}
