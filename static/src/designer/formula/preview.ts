/** What the server says to a formula while it is written: its value on the newest record, or what is wrong and where. */
import { onScopeDispose, ref, watch, type Ref } from 'vue'
import { http } from '@/api/http'
import { isProblem } from '@/api/problem'

export interface Verdict {
  value?: string
  error?: string
  /** The character, counted from 0, where reading ended. */
  at?: number
}
const QUIET_MS = 350

async function newest(form: string): Promise<Record<string, unknown>> {
  const { records } = await http.get<{ records: { values: Record<string, unknown> }[] }>(`/forms/${form}/records`, { query: { limit: '1', sort: '-created_at' } })
  return records[0]?.values ?? {}
}

/** Follow `formula`; `names` are the form's fields, `form` its id once it is published. */
export function usePreview(formula: () => string, names: () => string[], form: () => string | null): Ref<Verdict | null> {
  const verdict = ref<Verdict | null>(null)
  let [timer, asked] = [0, 0]
  let record: Promise<Record<string, unknown>> | null = null
  async function ask(text: string): Promise<void> {
    const turn = ++asked
    const id = form()
    record ??= id ? newest(id).catch(() => ({})) : Promise.resolve({})
    const values = { ...Object.fromEntries(names().map((name) => [name, null])), ...(await record) }
    const found = await http.post<{ value: unknown }>('/formula/evaluate', { formula: text, values }).then(({ value }) => ({ value: shown(value) }), refused)
    if (turn === asked) verdict.value = found
  }
  watch(
    formula,
    (text) => {
      window.clearTimeout(timer)
      asked += 1
      if (!text.trim()) verdict.value = null
      else timer = window.setTimeout(() => void ask(text), QUIET_MS)
    },
    { immediate: true },
  )
  onScopeDispose(() => window.clearTimeout(timer))
  return verdict
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value)
}

function refused(caught: unknown): Verdict | null {
  if (!isProblem(caught) || caught.status !== 422) return null
  return { error: caught.errors[0]?.message ?? caught.message, at: caught.position ?? undefined }
}
