/** Computed fields and defaults by formula while somebody types in the workspace; what the server answers replaces them. */
import { computed, watch, type ComputedRef, type Ref } from 'vue'
import { useSession } from '@/api/session'
import { currentLocale } from '@/i18n'
import type { FormField } from '@/api/types'
import type { Kind } from '@/shared/conditions'
import { following, type Suggest } from '@/shared/formula/live'
import type { Setting } from '@/shared/formula/values'
import type { FormInfo } from './types'
import { columnsOf } from './values/rows/sheet'
import { kindOfField } from './form'
import { useNames } from './values/names'
import { isEmpty } from './values/text'

type Values = Record<string, unknown>
export type Computing = (values: Values) => Values

const kindsOf = (fields: readonly FormField[]) => Object.fromEntries(fields.map((field) => [field.id, kindOfField(field) as Kind | null]))

function useFollowing(form: () => FormInfo | null): { follow: ComputedRef<Suggest | null>; setting: () => Setting } {
  const session = useSession()
  const names = useNames()
  const setting = () => ({ now: Date.now(), zone: session.installation?.timezone ?? 'UTC', locale: currentLocale(), user: session.user?.name ?? '', record: null, names: { ...names.people, ...names.departments } })
  const follow = computed(() => {
    const found = form()
    if (!found || !(found.formulas?.length || found.suggestions?.length || Object.keys(found.row_formulas ?? {}).length)) return null
    const rows = found.document.fields.filter((field) => columnsOf(field).length).map((field) => [field.id, { formulas: found.row_formulas?.[field.id] ?? [], kinds: kindsOf(columnsOf(field)) }])
    return following(found.formulas ?? [], found.suggestions ?? [], kindsOf(found.document.fields), Object.fromEntries(rows))
  })
  return { follow, setting }
}

/** The function that gives values with what is computed from them. */
export function useComputing(form: () => FormInfo | null): ComputedRef<Computing> {
  const { follow, setting } = useFollowing(form)
  const nothing = () => undefined
  return computed(() => (values) => follow.value?.(values, setting(), () => false, nothing) ?? values)
}

/** Keep in the values of a new record what defaults by formula suggest, as long as nobody wrote something else there. */
export function useSuggesting(form: () => FormInfo | null, values: Ref<Values>): void {
  const { follow, setting } = useFollowing(form)
  const suggested = new Map<string, string>()
  function isFree(id: string, value: unknown): boolean {
    if (isEmpty(value)) return !suggested.has(id) || !(id in values.value)
    return suggested.get(id) === String(value)
  }
  watch(values, (now) => {
    const changed: Values = {}
    follow.value?.(now, setting(), isFree, (id, value) => {
      suggested.set(id, String(value ?? ''))
      changed[id] = value
    })
    if (Object.keys(changed).length) values.value = { ...now, ...changed }
  }, { immediate: true, deep: true })
}
