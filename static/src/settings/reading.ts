import { onMounted, shallowRef, type ShallowRef } from 'vue'
import { isProblem, type ApiProblem } from '@/api/problem'

/** Read when the page opens; keeps what was refused, for the page to say. */
export function useReading(read: () => Promise<void>): { isReady: ShallowRef<boolean>; problem: ShallowRef<ApiProblem | null>; reload: () => Promise<void> } {
  const isReady = shallowRef(false)
  const problem = shallowRef<ApiProblem | null>(null)
  async function reload(): Promise<void> {
    problem.value = null
    try {
      await read()
      isReady.value = true
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      problem.value = caught
    }
  }
  onMounted(reload)
  return { isReady, problem, reload }
}
