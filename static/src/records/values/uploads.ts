import type { InjectionKey, Ref } from 'vue'
import type { FormField } from '@/api/types'
import { kindOfField } from '../form'
import type { FileValue } from '../types'

/** The form whose fields are filled here, as `app.form`: uploads are checked against it. */
export const formReference: InjectionKey<Ref<string>> = Symbol('form')

/** A value as the API takes it: files by id. */
export function outward(field: FormField, value: unknown): unknown {
  if (kindOfField(field) === 'files') return Array.isArray(value) && value.length ? (value as FileValue[]).map((file) => file.id ?? file) : null
  return Array.isArray(value) && !value.length ? null : (value ?? null)
}
