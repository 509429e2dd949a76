/** A definition that is kept as one writes: one save after the other, each knowing the revision of the one before. */
import { computed, onBeforeUnmount, onMounted, ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { isProblem, type ApiProblem } from '@/api/problem'
import type { Finding } from '@/rules/rule'
import { toastError } from '@/ui/toasts'
import { levelApi } from './levels'

export type Keeping = 'saved' | 'saving' | 'offline' | 'conflict' | 'error'
export interface Kept<T> {
  document: ShallowRef<T | null>
  findings: Ref<Finding[]>
  errors: Ref<Finding[]>
  state: Ref<Keeping>
  savedAt: Ref<string | null>
  problem: ShallowRef<ApiProblem | null>
  /** Whether all of it is public already. */
  isPublic: Ref<boolean>
  change: (changed: Partial<T>) => void
  /** Save at once what still waits for a pause in the writing. */
  flush: () => Promise<void>
  publish: () => Promise<number | null>
}

export function useDraft<T extends object>(id: string): Kept<T> {
  const document = shallowRef(null) as ShallowRef<T | null>
  const findings = ref<Finding[]>([])
  const state = ref<Keeping>('saved')
  const savedAt = ref<string | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const isPublic = ref(false)
  let rev = 0
  let timer = 0
  let saving: Promise<void> = Promise.resolve()

  async function read(): Promise<void> {
    try {
      const draft = await levelApi.draft<T>(id)
      document.value = draft.document
      findings.value = draft.findings
      savedAt.value = draft.saved_at
      rev = draft.rev
      isPublic.value = hasNothingNew(draft)
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      problem.value = caught
    }
  }
  function change(changed: Partial<T>): void {
    if (!document.value) return
    document.value = { ...document.value, ...changed }
    state.value = 'saving'
    isPublic.value = false
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void flush(), 600)
  }
  function flush(): Promise<void> {
    window.clearTimeout(timer)
    return (saving = saving.then(save))
  }
  async function save(): Promise<void> {
    const sent = document.value
    if (!sent || state.value === 'saved') return
    try {
      const answer = await levelApi.save(id, sent, rev)
      rev = answer.rev
      savedAt.value = answer.saved_at
      findings.value = answer.findings
      if (sent === document.value) state.value = 'saved'
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      state.value = caught.isOffline ? 'offline' : caught.status === 409 ? 'conflict' : 'error'
      if (caught.isOffline) timer = window.setTimeout(() => void flush(), 4000)
      else toastError(caught.message)
    }
  }
  async function publish(): Promise<number | null> {
    await flush()
    try {
      const { version } = await levelApi.publish(id)
      const draft = await levelApi.draft<T>(id)
      rev = draft.rev
      isPublic.value = hasNothingNew(draft)
      return version
    } catch (caught) {
      toastError(isProblem(caught) ? caught.message : String(caught))
      return null
    }
  }
  onMounted(read)
  onBeforeUnmount(() => void flush())
  const errors = computed(() => findings.value.filter((one) => one.severity === 'error'))
  return { document, findings, errors, state, savedAt, problem, isPublic, change, flush, publish }
}
const hasNothingNew = (draft: { version: number | null; has_changes: boolean }) => draft.version !== null && !draft.has_changes
