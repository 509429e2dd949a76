/** Following a job until it ends, on its page and, after the page was left, from anywhere. */
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { isProblem, type ApiProblem } from '@/api/problem'
import { t } from '@/i18n'
import { number } from '@/i18n/format'
import { router } from '@/router'
import { toast } from '@/ui/toasts'
import { importsApi, isOver, type Job } from './imports'

const LOOK_MS = 400
const LOOK_FROM_AFAR_MS = 3_000
const pause = (ms: number) => new Promise((resolve) => window.setTimeout(resolve, ms))

export function useJob(id: () => string) {
  const job = shallowRef<Job | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const isLost = ref(false)
  let round = 0

  async function follow(): Promise<void> {
    const mine = ++round
    problem.value = null
    while (mine === round) {
      try {
        const found = await importsApi.job(id())
        if (mine !== round) return
        job.value = found
        isLost.value = false
        if (isOver(found)) return
      } catch (caught) {
        if (!isProblem(caught)) throw caught
        if (mine !== round) return
        if (!caught.isOffline && caught.status < 500 && caught.status !== 429) {
          problem.value = caught
          return
        }
        isLost.value = true // the server goes on without us
      }
      await pause(LOOK_MS)
    }
  }
  watch(id, () => {
    job.value = null
    void follow()
  }, { immediate: true })
  onScopeDispose(() => {
    round++
    if (job.value && !isOver(job.value)) void tellWhenOver(job.value.id)
  })
  return { job, problem, isLost, follow, take: (next: Job) => (job.value = next) }
}

/** Say in a toast how a job ended, unless its page is open by then. */
export async function tellWhenOver(id: string): Promise<void> {
  for (;;) {
    await pause(LOOK_FROM_AFAR_MS)
    const route = router.currentRoute.value
    if (route.query.job === id || route.params.id === id || route.meta.open) return
    const found = await importsApi.job(id).catch((caught: unknown) => {
      if (isProblem(caught) && (caught.isOffline || caught.status >= 500)) return null
      throw caught
    })
    if (!found || !isOver(found)) continue
    toast(found.kind !== 'import' ? t(`imports.${found.kind}.${found.state}`) : t('imports.overToast', { file: found.file ?? '', ok: number(found.ok), failed: number(found.failed) }), {
      kind: found.state === 'done' ? 'done' : 'error',
      action: { label: t('imports.openResult'), run: () => void router.push({ name: 'job', params: { id } }) },
    })
    return
  }
}
