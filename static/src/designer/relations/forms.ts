/** The other forms of the app and their fields, as far as the builder may see them; each read once per visit. */
import { computed, inject, shallowReactive, type ComputedRef, type InjectionKey } from 'vue'
import { typeInfo } from '@/api/catalog'
import { http } from '@/api/http'
import type { FormField, L10n } from '@/api/types'
import { besideFields, kindOfField } from '@/records/form'
import { useDesigner } from '../designer'
import type { FormDocument } from '../document'

export interface FormName {
  id: string
  key: string
  title: L10n
}
const lists = shallowReactive(new Map<string, FormName[]>())
const documents = shallowReactive(new Map<string, FormDocument>())
const asked = new Set<string>()

function once(name: string, ask: () => Promise<void>): void {
  if (asked.has(name)) return
  asked.add(name)
  ask().catch(() => asked.delete(name))
}
function formsOf(app: string): FormName[] {
  once(app, async () => {
    const answer = await http.get<{ definitions: FormName[] }>(`/apps/${app}/definitions`, { query: { kind: 'form' } })
    lists.set(app, answer.definitions)
  })
  return lists.get(app) ?? []
}
function documentOf(id: string): FormDocument | undefined {
  once(id, async () => {
    documents.set(id, (await http.get<{ document: FormDocument }>(`/definitions/${id}/draft`)).document)
  })
  return documents.get(id)
}

/** Fields that hold a value of their own. */
const stored = (fields: readonly FormField[]) => fields.filter((field) => typeInfo(field.type)?.is_stored)

export function useOtherForms(): { forms: ComputedRef<FormName[]>; own: ComputedRef<string | undefined> } {
  const designer = useDesigner()
  const app = computed(() => designer.draft.about.value?.app)
  return { forms: computed(() => (app.value ? formsOf(app.value) : [])), own: computed(() => designer.draft.about.value?.key) }
}
/** The form `key`: its id and its fields with a value; the form that is being built itself as it stands here. */
export function useOtherForm(key: () => string | null | undefined) {
  const designer = useDesigner()
  const { forms, own } = useOtherForms()
  const id = computed(() => forms.value.find((one) => one.key === key())?.id ?? '')
  const fields = computed<FormField[]>(() => {
    if (!key()) return []
    const found = key() === own.value ? designer.document.value : id.value ? documentOf(id.value) : undefined
    return stored(found?.fields ?? [])
  })
  return { id, fields, withBeside: computed(() => (fields.value.length ? [...fields.value, ...besideFields()] : [])) }
}
/** The form that a field leads to, itself or through a link beside it. */
export function targetOf(field: FormField | undefined, among: readonly FormField[]): string | null {
  const through = typeof field?.through === 'string' ? among.find((one) => one.id === field.through) : field
  return typeof through?.form === 'string' ? through.form : null
}
const NEVER_COPIED = new Set(['files', 'object'])
/** Whether values of one field can be copied into another; a text takes everything that can be read. */
export function fits(from: FormField | undefined, to: FormField): boolean {
  const [theirs, ours] = [from && kindOfField(from), kindOfField(to)]
  if (!theirs || !ours || NEVER_COPIED.has(theirs) || NEVER_COPIED.has(ours)) return false
  return theirs === ours || ours === 'text'
}
/** The pairs of fields that have the same id or are called the same, and fit. */
export function alike(theirs: readonly FormField[], ours: readonly FormField[]): { from: string; to: string }[] {
  const named = (one: FormField) => JSON.stringify(one.label ?? one.id)
  return ours.flatMap((to) => {
    const from = typeInfo(to.type)?.is_generated ? undefined : theirs.find((one) => (one.id === to.id || named(one) === named(to)) && fits(one, to))
    return from ? [{ from: from.id, to: to.id }] : []
  })
}
/** The fields of a form that link to the form `key`. */
export function linksTo(form: FormName, key: string | undefined): FormField[] {
  return stored(documentOf(form.id)?.fields ?? []).filter((one) => one.form === key && ['record', 'records'].includes(kindOfField(one) ?? ''))
}
const RESULTS: Record<string, string> = { number: 'number', date: 'date', datetime: 'date', boolean: 'boolean' }
/** The kind of value that comes out of a field when it is looked up, or out of what is made of several. */
export function resultOf(field: FormField | undefined, how: string): string {
  if (['count', 'sum', 'avg'].includes(how)) return 'number'
  return how === 'list' || !field ? 'text' : (RESULTS[kindOfField(field) ?? ''] ?? 'text')
}
interface AtHand {
  field: ComputedRef<FormField | undefined>
  beside: ComputedRef<readonly FormField[]>
}
/** What is being edited where that is a column of a sub-form, and the columns beside it. */
export const columnAtHand: InjectionKey<AtHand> = Symbol('column')
/** The field that is being edited, and those that stand beside it. */
export function useAtHand(): AtHand {
  const designer = useDesigner()
  return inject(columnAtHand, () => ({ field: computed(() => designer.active.value), beside: computed(() => designer.document.value.fields) }), true)
}
/** The form to which the field that is being edited leads, for the controls of its settings. */
export function useTarget(of?: () => string | null) {
  const { field, beside } = useAtHand()
  const key = computed(() => (of ? of() : targetOf(field.value, beside.value)))
  return { key, ...useOtherForm(() => key.value) }
}
