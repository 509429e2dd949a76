/**
 * What the parts of the records page share: the form, the look at it, the rows, changes and the chosen records. The
 * page makes one; its parts ask for it with `useDesk`.
 */
import { computed, inject, provide, ref, shallowRef, watch, type InjectionKey } from 'vue'
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router'
import { loadCatalog } from '@/api/catalog'
import { isProblem, type ApiProblem } from '@/api/problem'
import { useSession } from '@/api/session'
import type { FormField } from '@/api/types'
import { compileRules } from '@/shared/rules'
import { useEdits } from './edits'
import { useComputing } from './live'
import { gridFields, readForm } from './form'
import { changesOf, complete, lookOfView, plainLook, readQuery, writeQuery, type Look, type LookChange } from './look'
import { useRows } from './rows'
import { ruleFields } from './rules'
import { useSelection } from './selection'
import type { Column, FormInfo, RecordRow } from './types'
import { formReference } from './values/uploads'

export function makeDesk(reference: () => { app: string; form: string }) {
  const route = useRoute()
  const router = useRouter()
  const form = shallowRef<FormInfo | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const q = computed(() => String(route.query.q ?? ''))
  const path = computed(() => form.value?.id ?? '')

  const fields = computed(() => (form.value ? gridFields(form.value) : []))
  const fieldOf = (id: string): FormField | undefined => fields.value.find((field) => field.id === id)
  const view = computed(() => {
    const views = form.value?.views ?? []
    return views.find((one) => one.key === route.query.view) ?? views[0] ?? null
  })
  const base = computed<Look>(() => (view.value ? lookOfView(view.value.document, fields.value) : plainLook(fields.value)))

  // columns and density stay on this device, view by view
  const kept = ref<LookChange>({})
  const keepKey = computed(() => `formloom.look.${form.value?.id}.${view.value?.key ?? ''}`)
  watch([keepKey, form], () => (kept.value = recall(keepKey.value)), { immediate: true })
  const look = computed<Look>(() => {
    const known = new Set(fields.value.map((field) => field.id))
    const merged = { ...base.value, ...kept.value, ...readQuery(route.query) }
    return { ...merged, columns: merged.columns.filter((column) => known.has(column.field)), group_by: merged.group_by && known.has(merged.group_by) ? merged.group_by : null }
  })
  const changes = computed(() => changesOf(base.value, look.value))
  const isChanged = computed(() => Object.keys(changes.value).length > 0)

  function go(query: LocationQueryRaw, how: 'push' | 'replace' = 'replace'): void {
    const next = { ...route.query, ...query }
    void router[how]({ query: Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined && value !== null)) as LocationQueryRaw })
  }
  /** Change how the reader looks; what equals the view's own setting leaves no trace. */
  function adjust(change: LookChange): void {
    const next = { ...look.value, ...change }
    const left = changesOf(base.value, next)
    kept.value = { ...(left.columns && { columns: left.columns }), ...(left.density && { density: left.density }) }
    remember(keepKey.value, kept.value)
    const { filter, sort, group } = writeQuery({ filter: left.filter, sort: left.sort, group_by: left.group_by })
    go({ filter, sort, group })
  }
  function reset(): void {
    kept.value = {}
    remember(keepKey.value, {})
    go({ filter: undefined, sort: undefined, group: undefined })
  }
  const columns = computed(() => look.value.columns.flatMap((column: Column) => {
    const field = fieldOf(column.field)
    return field ? [{ ...column, field }] : []
  }))

  const rows = useRows()
  const selection = useSelection(rows)
  const open = shallowRef<RecordRow | null>(null)
  const shelf = {
    find: (id: string) => rows.find(id) ?? (open.value?.id === id ? open.value : undefined),
    replace: (record: RecordRow) => {
      rows.replace(record)
      if (open.value?.id === record.id) open.value = record
    },
  }
  const session = useSession()
  /** What the form's rules say about a record as it is stored. */
  const judge = computed(() => compileRules(ruleFields(form.value?.document.fields ?? []), form.value?.document.rules ?? [], { me: session.user?.id, zone: session.installation?.timezone }))
  const computing = useComputing(() => form.value)
  const edits = useEdits(() => path.value, shelf, (values) => computing.value(values))
  provide(formReference, path)

  async function read(): Promise<void> {
    const wanted = reference()
    try {
      problem.value = null
      const [found] = await Promise.all([readForm(wanted.app, wanted.form), loadCatalog()])
      if (wanted.app === reference().app && wanted.form === reference().form) form.value = found
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      problem.value = caught
    }
  }
  watch(() => Object.values(reference()).join('.'), () => {
    form.value = null
    selection.clear()
    void read()
  }, { immediate: true })

  const asked = computed(() => form.value && JSON.stringify([form.value.id, complete(look.value.filter), look.value.sort, look.value.group_by, q.value]))
  const groupField = computed(() => (look.value.group_by ? (fieldOf(look.value.group_by) ?? null) : null))
  watch(asked, () => {
    if (!form.value) return
    selection.clear()
    void rows.load({ form: form.value.id, filter: complete(look.value.filter), sort: look.value.sort, groupBy: groupField.value, q: q.value })
  }, { immediate: true })

  /** The record in the address; opening it from nothing can be undone with Back. */
  const recordId = computed(() => (typeof route.query.record === 'string' ? route.query.record : null))
  const show = (id: string | null) => go({ record: id ?? undefined, new: undefined }, recordId.value && id ? 'replace' : 'push')

  return { form, problem, path, fields, fieldOf, view, look, base, changes, isChanged, columns, groupField, q, rows, selection, edits, computing, judge, open, recordId, read, adjust, reset, go, show }
}
export type Desk = ReturnType<typeof makeDesk>
const key: InjectionKey<Desk> = Symbol('desk')

export function provideDesk(reference: () => { app: string; form: string }): Desk {
  const desk = makeDesk(reference)
  provide(key, desk)
  return desk
}
/** The desk, or null where rows of records are edited without one, as in the designer. */
export function deskIfAny(): Desk | null {
  return inject(key, null)
}
export function useDesk(): Desk {
  const desk = deskIfAny()
  if (!desk) throw new Error('useDesk outside of the records page')
  return desk
}

function recall(name: string): LookChange {
  try {
    return JSON.parse(localStorage.getItem(name) ?? '{}') as LookChange
  } catch {
    return {}
  }
}
function remember(name: string, change: LookChange): void {
  try {
    if (Object.keys(change).length) localStorage.setItem(name, JSON.stringify(change))
    else localStorage.removeItem(name)
  } catch {
    // private mode: the change lasts for this page
  }
}
