/** A draft filled in by way of trial: the server judges the answers by it and says why each field is as it is. */
import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import { http } from '@/api/http'
import { isProblem } from '@/api/problem'
import type { Designer } from '../designer'

export type Why = 'shown' | 'not_shown' | 'hidden' | 'inside' | 'leapt' | 'required' | 'locked' | 'set' | 'limited'
export interface Reason {
  why: Why
  rule: string
  inside: string
}
export interface TrialField {
  id: string
  visible: boolean
  required: boolean
  locked: boolean
  barred: string[]
  reasons: Reason[]
}
export interface Outcome {
  field: string
  op: string
  value: unknown
  actual: unknown
  result: boolean
}
export interface TrialRule {
  id: string
  holds: boolean
  conditions: Outcome[]
}
export interface Trial {
  given: Record<string, unknown>
  values: Record<string, unknown>
  fields: TrialField[]
  rules: TrialRule[]
  findings: { field: string | null; code: string; message: string }[]
  ending: string | null
}
const WAIT_MS = 200

export function useTrial(designer: Designer) {
  const values = ref<Record<string, unknown>>({})
  const verdict = shallowRef<Trial | null>(null)
  const failed = ref('')
  let [timer, turn, seed] = [0, 0, 0]

  async function ask(sample: number | null = null): Promise<void> {
    window.clearTimeout(timer)
    const mine = ++turn
    try {
      const found = await http.post<Trial>(`/definitions/${designer.id}/trial`, { document: designer.document.value, values: sample === null ? values.value : {}, sample })
      if (mine !== turn) return
      verdict.value = found
      failed.value = ''
      if (sample !== null) values.value = found.given
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      failed.value = caught.message
    }
  }
  function soon(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void ask(), WAIT_MS)
  }
  watch([designer.document, values], soon, { immediate: true })
  onScopeDispose(() => window.clearTimeout(timer))
  return {
    values, verdict, failed,
    fillIn: () => ask(seed++),
    clear: () => (values.value = {}),
    put: (id: string, value: unknown) => (values.value = { ...values.value, [id]: value }),
  }
}
