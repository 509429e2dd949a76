/** A published form as the reader may use it: its fields by id, and rights. */
import { typeInfo, valueKind, type FieldTypeInfo } from '@/api/catalog'
import { http } from '@/api/http'
import type { FormField } from '@/api/types'
import { t } from '@/i18n'
import type { FormInfo, RecordRow } from './types'

/** What the server keeps beside the values of every record, as fields. */
const BESIDE = { created_at: 'datetime', created_by: 'user', updated_at: 'datetime', updated_by: 'user' } as const
export type Beside = keyof typeof BESIDE

export function readForm(app: string, form: string): Promise<FormInfo> {
  return http.get<FormInfo>(`/forms/${encodeURIComponent(`${app}.${form}`)}`)
}

export function besideFields(): FormField[] {
  return Object.entries(BESIDE).map(([id, type]) => ({ id, type, label: { 'zh-CN': t(`records.beside.${id}`), en: t(`records.beside.${id}`) } }))
}
/** What stands where nobody does: nobody signed in made a record that came over a public link. */
export function absentPerson(field: FormField): string {
  return field.id === 'created_by' ? t('records.noMember') : field.id === 'updated_by' ? '—' : t('records.unassigned')
}
export function isBeside(id: string): id is Beside {
  return id in BESIDE
}

/** Fields that hold a value, in the form's order, then those beside the values. */
export function gridFields(form: FormInfo): FormField[] {
  return [...form.document.fields.filter((field) => typeInfo(field.type)?.is_stored), ...besideFields()]
}
/** Those of them that the reader may see. */
export function fieldsSeen(form: FormInfo): FormField[] {
  return gridFields(form).filter((field) => isBeside(field.id) || (field.id in form.access.fields && form.access.fields[field.id] !== 'hidden'))
}
export function fieldById(form: FormInfo, id: string): FormField | undefined {
  return gridFields(form).find((field) => field.id === id)
}

export function mayDo(form: FormInfo, act: string): boolean {
  return form.access.acts.includes(`record.${act}`)
}
/** Whether a cell of this field can be edited by the reader. */
export function mayWrite(form: FormInfo, field: FormField): boolean {
  return mayDo(form, 'update') && !isBeside(field.id) && form.access.fields[field.id] === 'write' && !typeInfo(field.type)?.is_generated
}

export function valueOf(record: RecordRow, field: string): unknown {
  return isBeside(field) ? record[field] : record.values[field]
}

export function kindOfField(field: FormField): string | null {
  return valueKind(field)
}

/** The first serial number of a form: how people call its records. */
export function numberField(form: FormInfo): FormField | undefined {
  return form.document.fields.find((field) => isNumbered(typeInfo(field.type)))
}
const isNumbered = (type?: FieldTypeInfo) => type?.is_generated && !type.is_computed
