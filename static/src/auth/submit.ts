import { ref, type Ref } from 'vue'
import { isProblem, type ApiProblem } from '@/api/problem'

/** Run `work` once at a time and keep what the server refused. */
export function useSubmit(work: () => Promise<void>): { isBusy: Ref<boolean>; problem: Ref<ApiProblem | null>; submit: () => Promise<void> } {
  const isBusy = ref(false)
  const problem = ref<ApiProblem | null>(null)
  async function submit(): Promise<void> {
    if (isBusy.value) return
    isBusy.value = true
    problem.value = null
    try {
      await work()
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      problem.value = caught
    } finally {
      isBusy.value = false
    }
  }
  return { isBusy, problem: problem as Ref<ApiProblem | null>, submit }
}
