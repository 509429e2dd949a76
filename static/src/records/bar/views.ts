/** Saved views are definitions: made, changed, published and taken away through the same life as every document. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import type { Look } from '../look'
import type { FormInfo, ViewDocument, ViewInfo } from '../types'

export function documentOf(form: FormInfo, title: L10n, look: Look): ViewDocument {
  const { columns, filter, sort, group_by, density } = look
  return { title, form: form.key, type: 'grid', columns: columns.map(({ field, width }) => ({ field, ...(width ? { width } : {}) })), filter, sort, group_by, density }
}
/** A key that no view of the form has yet. */
export function freshKey(form: FormInfo): string {
  const taken = new Set(form.views.map((view) => view.key))
  for (let n = form.views.length + 1; ; n += 1) {
    const key = `${form.key}_view_${n}`.slice(0, 40)
    if (!taken.has(key)) return key
  }
}
export async function createView(form: FormInfo, title: L10n, look: Look): Promise<string> {
  const key = freshKey(form)
  const made = await http.post<{ id: string }>(`/apps/${form.app.id}/definitions`, { kind: 'view', key, document: documentOf(form, title, look) })
  await http.post(`/definitions/${made.id}/publish`)
  return key
}
export async function saveView(form: FormInfo, view: ViewInfo, title: L10n, look: Look): Promise<void> {
  await http.put(`/definitions/${view.id}/draft`, { document: documentOf(form, title, look) })
  await http.post(`/definitions/${view.id}/publish`)
}
export function deleteView(view: ViewInfo): Promise<void> {
  return http.delete(`/definitions/${view.id}`)
}
