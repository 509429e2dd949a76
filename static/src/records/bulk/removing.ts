/** Records go to the trash at once; for ten seconds one press brings them back. */
import { http } from '@/api/http'
import { t } from '@/i18n'
import { toast, toastError } from '@/ui/toasts'
import { forEachId } from './each'

export async function removeAll(form: string, ids: string[], after: () => unknown, onStep?: (done: number) => void): Promise<void> {
  const tally = await forEachId(ids, (id) => http.delete(`/forms/${form}/records/${id}`), onStep)
  await after()
  if (tally.failed.length) toastError(t('records.deletedPart', { n: tally.done.length, failed: tally.failed.length, reason: tally.failed[0]?.message ?? '' }))
  if (!tally.done.length) return
  toast(t('records.deleted', { n: tally.done.length }), { action: { label: t('ui.undo'), run: () => void restoreAll(form, tally.done, after) } })
}
export async function restoreAll(form: string, ids: string[], after: () => unknown): Promise<void> {
  const tally = await forEachId(ids, (id) => http.post(`/forms/${form}/records/${id}/restore`))
  await after()
  if (tally.failed.length) toastError(t('records.restoredPart', { n: tally.done.length, failed: tally.failed.length, reason: tally.failed[0]?.message ?? '' }))
  else toast(t('records.restored', { n: tally.done.length }))
}
