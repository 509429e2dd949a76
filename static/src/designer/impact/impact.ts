/** What depends on fields of this form, and how many records hold a value of them; asked of the server. */
import { http } from '@/api/http'
import type { FormField, L10n } from '@/api/types'

export interface Use {
  id: string
  kind: string
  kind_label: L10n
  key: string
  title: L10n
  path: string
  /** What the part of that document is called. */
  place: L10n
}
export interface Impact {
  field: string
  /** Records with a value; null when we may not see them. */
  records: number | null
  uses: Use[]
  /** Uses that are not listed. */
  more: number
}
export interface Sample {
  before: string
  after: string
  records: number
  why: string | null
}
/** How a change of type would go. */
export interface Trial {
  records: number | null
  converts: number
  fails: number
  untried: number
  /** The values stay where they are. */
  stays: boolean
  samples: Sample[]
  faults: Sample[]
  /** Settings that the new type needs and the values tell. */
  settings: Record<string, unknown>
}

export async function impactOf(form: string, fields: string[]): Promise<Impact[]> {
  return (await http.get<{ fields: Impact[] }>(`/definitions/${form}/impact`, { query: { fields: fields.join(',') } })).fields
}

export function tryRetype(form: string, field: FormField): Promise<Trial> {
  return http.post<Trial>(`/definitions/${form}/retype`, { field })
}

export interface Group {
  id: string
  kind: string
  kindLabel: L10n
  title: L10n
  places: L10n[]
}
/** Uses by the document in which they stand, each place once. */
export function byDocument(uses: readonly Use[]): Group[] {
  const groups = new Map<string, Group>()
  for (const use of uses) {
    const group = groups.get(use.id) ?? { id: use.id, kind: use.kind, kindLabel: use.kind_label, title: use.title, places: [] }
    if (!group.places.some((place) => JSON.stringify(place) === JSON.stringify(use.place))) group.places.push(use.place)
    groups.set(use.id, group)
  }
  return [...groups.values()]
}
