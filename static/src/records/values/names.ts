/** Names of people, departments and linked records that stand in values as ids. Answers of the server fill them, pickers too. */
import { reactive } from 'vue'
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import { resolve } from '@/i18n'
import type { Names } from '../types'

const known = reactive<Names>({ people: {}, departments: {}, linked: {} })
export function useNames(): Names {
  return known
}

export function learn(found: { people?: Record<string, string>; departments?: Record<string, string | L10n>; linked?: Names['linked'] }): void {
  Object.assign(known.people, found.people ?? {})
  Object.assign(known.linked, found.linked ?? {})
  for (const [id, title] of Object.entries(found.departments ?? {})) known.departments[id] = resolve(title)
}

export interface Choice {
  value: string
  label: string
  /** What else is said of it, smaller. */
  detail?: string
  color?: string
  person?: boolean
}
interface Answer {
  people: { id: string; name: string }[]
  departments: { id: string; title: L10n }[]
}
/** People or departments whose name holds `words`. */
export async function lookUp(kind: 'user' | 'department', words: string): Promise<Choice[]> {
  const found = await http.get<Answer>('/people', { query: { q: words, limit: 50 } })
  learn({ people: Object.fromEntries(found.people.map((one) => [one.id, one.name])), departments: Object.fromEntries(found.departments.map((one) => [one.id, one.title])) })
  return kind === 'user'
    ? found.people.map((one) => ({ value: one.id, label: one.name, person: true }))
    : found.departments.map((one) => ({ value: one.id, label: resolve(one.title) }))
}
