/** The period that figures are about, counted in days until now; 0 is all time. */
import { computed, ref, type ComputedRef, type Ref } from 'vue'

export const PERIODS_DAYS = [7, 30, 90]
const DAY_MS = 86_400_000

/** The chosen days, and when they began as the server takes it. */
export function useSince(days = 30): { days: Ref<number>; since: ComputedRef<string | undefined> } {
  const chosen = ref(days)
  return { days: chosen, since: computed(() => (chosen.value ? new Date(Date.now() - chosen.value * DAY_MS).toISOString() : undefined)) }
}
