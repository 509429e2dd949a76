/** What is to be imported, while a person decides: the file, which column is which field, the two switches. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { typeInfo } from '@/api/catalog'
import { isProblem, type ApiProblem } from '@/api/problem'
import type { FormField } from '@/api/types'
import type { FormInfo } from '@/records/types'
import { importsApi, type Mapping, type Preview, type Reading, type Trouble } from './imports'

const TRY_AFTER_MS = 200
interface Kept {
  name: string
  mapping: Mapping
  reading: Reading
  rules: boolean
  messages: boolean
}

export function usePlan(form: () => FormInfo | null) {
  const preview = shallowRef<Preview | null>(null)
  const fileName = ref('')
  const mapping = ref<Mapping>({})
  const reading = ref<Reading>({})
  const wish = reactive({ rules: false, messages: false })
  const problem = shallowRef<ApiProblem | null>(null)
  const isTrying = ref(false)
  const reference = () => `${form()?.app.key}.${form()?.key}`
  let timer = 0
  let asking: AbortController | null = null

  const fields = computed(() => (preview.value?.fillable ?? []).flatMap((id) => form()?.document.fields.find((field) => field.id === id) ?? []))
  const columnOf = computed(() => new Map(Object.entries(mapping.value).flatMap(([column, field]) => (field ? [[field, column] as const] : []))))
  const troubles = computed(() => new Map<string, Trouble>((preview.value?.trial?.troubles ?? []).map((one) => [one.field, one])))
  /** Required, without a default, and no column for it. */
  const missing = computed(() => fields.value.filter((field) => field.required && field.default == null && !columnOf.value.has(field.id)))
  const mapped = computed(() => columnOf.value.size)

  function take(found: Preview, name: string, read: Reading): void {
    preview.value = found
    reading.value = read
    mapping.value = { ...Object.fromEntries(found.columns.map((column) => [column, null])), ...found.mapping }
    fileName.value = name
    problem.value = null
  }
  function choose(column: string, field: string | null): void {
    const before = field ? columnOf.value.get(field) : undefined
    mapping.value = { ...mapping.value, ...(before ? { [before]: null } : {}), [column]: field }
    tryLater()
  }
  function tryLater(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void look(mapping.value), TRY_AFTER_MS)
  }
  /** Read the file otherwise; columns may be others then, so the mapping is guessed anew. */
  async function readAs(next: Reading): Promise<void> {
    reading.value = next
    await look()
  }
  async function look(wanted?: Mapping): Promise<void> {
    const known = preview.value
    if (!known) return
    if (wanted && !Object.values(wanted).some(Boolean)) {
      preview.value = { ...known, trial: null }
      return
    }
    asking?.abort()
    const mine = (asking = new AbortController())
    isTrying.value = true
    try {
      const found = await importsApi.again(reference(), known.upload, reading.value, wanted, mine.signal)
      if (mine !== asking) return
      preview.value = found
      problem.value = null
      if (!wanted) mapping.value = { ...Object.fromEntries(found.columns.map((column) => [column, null])), ...found.mapping }
    } catch (caught) {
      if (caught instanceof DOMException) return
      if (!isProblem(caught)) throw caught
      problem.value = caught
    } finally {
      if (mine === asking) isTrying.value = false
    }
  }
  /** Come back to an upload after a reload. Raises ApiProblem when it is gone. */
  async function restore(upload: string): Promise<void> {
    const kept = recall(upload)
    if (kept) Object.assign(wish, { rules: kept.rules, messages: kept.messages })
    const read = kept?.reading ?? {}
    const chosen = kept && Object.values(kept.mapping).some(Boolean) ? kept.mapping : undefined
    take(await importsApi.again(reference(), upload, read, chosen), kept?.name ?? '', read)
  }
  function forget(): void {
    asking?.abort()
    window.clearTimeout(timer)
    preview.value = null
    problem.value = null
    reading.value = {}
    Object.assign(wish, { rules: false, messages: false })
  }
  watch([mapping, reading, () => ({ ...wish })], () => {
    if (preview.value) keep(preview.value.upload, { name: fileName.value, mapping: mapping.value, reading: reading.value, ...wish })
  })
  return { preview, fileName, mapping, reading, wish, problem, isTrying, fields, columnOf, troubles, missing, mapped, reference, take, choose, readAs, restore, forget, retry: () => look(mapping.value) }
}
export type Plan = ReturnType<typeof usePlan>

export function iconOf(field: FormField): string {
  return typeInfo(field.type)?.icon ?? 'text'
}

const key = (upload: string) => `formloom.import.${upload}`
function keep(upload: string, kept: Kept): void {
  try {
    sessionStorage.setItem(key(upload), JSON.stringify(kept))
  } catch {
    // private mode: a reload then begins with the guess
  }
}
function recall(upload: string): Kept | null {
  try {
    return JSON.parse(sessionStorage.getItem(key(upload)) ?? 'null') as Kept | null
  } catch {
    return null
  }
}
