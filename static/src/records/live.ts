/** Computed fields while somebody types in the workspace; the record that comes back from the server replaces them. */
import { computed, type ComputedRef } from 'vue'
import { useSession } from '@/api/session'
import { currentLocale } from '@/i18n'
import { computing } from '@/shared/formula/live'
import type { FormInfo } from './types'
import { kindOfField } from './form'
import { useNames } from './values/names'
import type { Kind } from '@/shared/conditions'

export type Computing = (values: Record<string, unknown>) => Record<string, unknown>

/** The function that gives values with what is computed from them. */
export function useComputing(form: () => FormInfo | null): ComputedRef<Computing> {
  const session = useSession()
  const names = useNames()
  return computed(() => {
    const found = form()
    if (!found?.formulas?.length) return (values) => values
    const compute = computing(found.formulas, Object.fromEntries(found.document.fields.map((field) => [field.id, kindOfField(field) as Kind | null])))
    return (values) => {
      const setting = { now: Date.now(), zone: session.installation?.timezone ?? 'UTC', locale: currentLocale(), user: session.user?.name ?? '', record: null, names: { ...names.people, ...names.departments } }
      return { ...values, ...compute(values, setting) }
    }
  })
}
