/** Saved groups of fields: definitions of their own in the app, inserted into any form as copies. */
import { shallowRef } from 'vue'
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import type { Packed } from '../clipboard'
import { freeId } from '../document'

export interface SavedGroup {
  id: string
  key: string
  title: L10n
}
interface GroupDocument extends Packed {
  title: L10n
}
/** Those of the app that is being designed. */
export const groups = shallowRef<SavedGroup[]>([])
let readFor = ''

export async function readGroups(app: string, again = false): Promise<void> {
  if (readFor === app && !again) return
  groups.value = (await http.get<{ definitions: SavedGroup[] }>(`/apps/${app}/definitions`, { query: { kind: 'field_group' } })).definitions
  readFor = app
}

export async function saveGroup(app: string, title: L10n, packed: Packed): Promise<void> {
  const key = freeId(groups.value.map((one) => one.key), 'group')
  const made = await http.post<{ id: string }>(`/apps/${app}/definitions`, { kind: 'field_group', key, document: { title, ...packed } })
  await http.post(`/definitions/${made.id}/publish`, {})
  await readGroups(app, true)
}

export async function contentOf(id: string): Promise<GroupDocument> {
  const { document } = await http.get<{ document: GroupDocument }>(`/definitions/${id}/draft`)
  return { ...document, rules: document.rules ?? [] }
}

export async function changeGroup(app: string, id: string, change: Partial<GroupDocument>): Promise<void> {
  await http.put(`/definitions/${id}/draft`, { document: { ...(await contentOf(id)), ...change } })
  await http.post(`/definitions/${id}/publish`, {})
  await readGroups(app, true)
}

export async function removeGroup(app: string, id: string): Promise<void> {
  await http.delete(`/definitions/${id}`)
  await readGroups(app, true)
}
