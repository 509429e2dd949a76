import { inject, ref, type InjectionKey, type Ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { apiUrl, http } from '@/api/http'
import { isProblem } from '@/api/problem'
import type { FormField } from '@/api/types'
import { kindOfField } from '../form'
import type { FileValue } from '../types'

/** The form whose fields are filled here, as `app.form`: uploads are checked against it. */
export const formReference: InjectionKey<Ref<string>> = Symbol('form')

/** Where files go and come from, where that is not by way of the form itself: a task and its process have their own. */
export interface FilePaths {
  send: string
  read: string
}
export const filePaths: InjectionKey<Ref<FilePaths>> = Symbol('files')

/** Returns the address of a file, or of its thumbnail. */
export function useFileUrl(): (id: string | undefined, query?: { thumb: 1 }) => string {
  const paths = inject(filePaths, null)
  return (id, query) => apiUrl(`${paths?.value.read ?? '/files'}/${id ?? ''}`, query)
}

/** A value as the API takes it: files by id. */
export function outward(field: FormField, value: unknown): unknown {
  if (kindOfField(field) === 'files') return Array.isArray(value) && value.length ? (value as FileValue[]).map((file) => file.id ?? file) : null
  return Array.isArray(value) && !value.length ? null : (value ?? null)
}

/** Sends files of a field, and says what went wrong with the last one. */
export function useUploads(field: () => FormField): { send: (file: File, heard?: (share: number) => void) => Promise<FileValue | null>; fault: Ref<string> } {
  const { t } = useI18n()
  const form = inject(formReference, ref(''))
  const paths = inject(filePaths, null)
  const fault = ref('')
  async function send(file: File, heard?: (share: number) => void): Promise<FileValue | null> {
    fault.value = ''
    const sent = new FormData()
    if (!paths) sent.set('form', form.value)
    sent.set('field', String(field().upload_for ?? field().id))
    sent.set('file', file)
    try {
      return await http.upload<FileValue>(paths?.value.send ?? '/files', sent, heard)
    } catch (caught) {
      fault.value = isProblem(caught) ? (caught.isOffline ? t('ui.unreachable') : (caught.errors[0]?.message ?? caught.message)) : String(caught)
      return null
    }
  }
  return { send, fault }
}
