/** What is to be imported, while a person decides: the file, which column is which field, the two switches. */
import { computed, reactive, ref, shallowRef, watch } from 'vue'
import { typeInfo } from '@/api/catalog'
import { isProblem, type ApiProblem } from '@/api/problem'
import type { FormField } from '@/api/types'
import { LOCALES, resolve } from '@/i18n'
import type { FormInfo } from '@/records/types'
import { columnsOf } from '@/records/values/rows/sheet'
import { importsApi, type Mapping, type Preview, type Reading, type Trouble } from './imports'

const TRY_AFTER_MS = 200
interface Kept {
  name: string
  mapping: Mapping
  reading: Reading
  by?: string
  rules: boolean
  messages: boolean
}

/** What a column of the file may become: a field, or a column of a sub-form, called by both names. */
export interface Target extends FormField {
  of?: FormField
  column?: string
}
export function targetOf(fields: readonly FormField[], id: string): Target | undefined {
  const [outer, inner] = id.split('.')
  const field = fields.find((one) => one.id === outer)
  if (!field || !inner) return field
  const column = columnsOf(field).find((one) => one.id === inner)
  return column && { ...column, id, of: field, column: inner, label: Object.fromEntries(LOCALES.map((locale) => [locale, `${resolve(field.label, locale) || field.id} / ${resolve(column.label, locale) || inner}`])) as FormField['label'] }
}

export function usePlan(form: () => FormInfo | null) {
  const preview = shallowRef<Preview | null>(null)
  const fileName = ref('')
  const mapping = ref<Mapping>({})
  const reading = ref<Reading>({})
  /** Which column a person chose to put lines together by; the server suggests one otherwise. */
  const by = ref<string>()
  const wish = reactive({ rules: false, messages: false })
  const problem = shallowRef<ApiProblem | null>(null)
  const isTrying = ref(false)
  const reference = () => `${form()?.app.key}.${form()?.key}`
  let timer = 0
  let asking: AbortController | null = null

  const fields = computed<Target[]>(() => (preview.value?.fillable ?? []).flatMap((id) => targetOf(form()?.document.fields ?? [], id) ?? []))
  const columnOf = computed(() => new Map(Object.entries(mapping.value).flatMap(([column, field]) => (field ? [[field, column] as const] : []))))
  const troubles = computed(() => new Map<string, Trouble>((preview.value?.trial?.troubles ?? []).map((one) => [one.field, one])))
  /** Required, without a default, and no column for it. */
  const missing = computed(() => fields.value.filter((field) => field.required && field.default == null && !columnOf.value.has(field.id) && (field.of ? hasRows(field.of.id) : !hasRows(field.id))))
  const hasRows = (id: string) => Object.values(mapping.value).some((name) => name?.startsWith(`${id}.`))
  /** Whether a line of the file is a row of a sub-form instead of a record. */
  const isByItem = computed(() => Object.values(mapping.value).some((name) => name?.includes('.')))
  const mapped = computed(() => columnOf.value.size)

  function take(found: Preview, name: string, read: Reading): void {
    preview.value = found
    reading.value = read
    mapping.value = { ...Object.fromEntries(found.columns.map((column) => [column, null])), ...found.mapping }
    fileName.value = name
    by.value = undefined
    problem.value = null
  }
  function choose(column: string, field: string | null): void {
    const rest = Object.entries(mapping.value).map(([name, other]) => [name, field && other && excludes(field, other) ? null : other])
    mapping.value = { ...(Object.fromEntries(rest) as Mapping), [column]: field }
    tryLater()
  }
  function groupBy(column: string): void {
    by.value = column
    tryLater()
  }
  function tryLater(): void {
    window.clearTimeout(timer)
    timer = window.setTimeout(() => void look(mapping.value), TRY_AFTER_MS)
  }
  /** Read the file otherwise; columns may be others then, so the mapping is guessed anew. */
  async function readAs(next: Reading): Promise<void> {
    reading.value = next
    by.value = undefined
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
      const found = await importsApi.again(reference(), known.upload, reading.value, wanted, wanted && by.value, mine.signal)
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
    take(await importsApi.again(reference(), upload, read, chosen, chosen && kept?.by), kept?.name ?? '', read)
    by.value = kept?.by
  }
  function forget(): void {
    asking?.abort()
    window.clearTimeout(timer)
    preview.value = null
    problem.value = null
    reading.value = {}
    by.value = undefined
    Object.assign(wish, { rules: false, messages: false })
  }
  watch([mapping, reading, by, () => ({ ...wish })], () => {
    if (preview.value) keep(preview.value.upload, { name: fileName.value, mapping: mapping.value, reading: reading.value, by: by.value, ...wish })
  })
  return { preview, fileName, mapping, reading, wish, problem, isTrying, fields, columnOf, troubles, missing, mapped, by, isByItem, reference, take, choose, groupBy, readAs, restore, forget, retry: () => look(mapping.value) }
}
/** A field is filled by one column; a sub-form as a whole or column by column. */
function excludes(one: string, other: string): boolean {
  return one === other || ((!one.includes('.') || !other.includes('.')) && one.split('.')[0] === other.split('.')[0])
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
