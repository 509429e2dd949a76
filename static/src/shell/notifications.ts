/** How many notifications wait; asked once a minute while the page is looked at. */
import { onScopeDispose, ref } from 'vue'
import { http } from '@/api/http'

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
  void refreshUnread()
  const timer = window.setInterval(() => document.visibilityState === 'visible' && void refreshUnread(), EVERY_MS)
  onScopeDispose(() => window.clearInterval(timer))
}
