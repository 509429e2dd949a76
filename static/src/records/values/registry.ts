/**
 * How a value is shown and how it is entered: the file named like the field's type, else like its kind of value,
 * else plain text. A new type needs a file only when it looks like nothing before.
 */
import type { Component } from 'vue'
import { typeInfo } from '@/api/catalog'
import type { FormField } from '@/api/types'
import { kindOfField } from '../form'

const shows = import.meta.glob<{ default: Component }>('./show/*.vue', { eager: true })
const edits = import.meta.glob<{ default: Component }>('./edit/*.vue', { eager: true })

function pick(files: Record<string, { default: Component }>, folder: string, field: FormField): Component {
  const named = (name: string) => files[`./${folder}/${name}.vue`]?.default
  return (named(field.type) ?? named(kindOfField(field) ?? '') ?? named('text')) as Component
}
export const showOf = (field: FormField): Component => pick(shows, 'show', field)
export const editOf = (field: FormField): Component => pick(edits, 'edit', field)
/** Sub-forms: their rows are edited in a window of their own. */
export function hasRows(field: FormField): boolean {
  return Boolean(typeInfo(field.type)?.columns_in)
}
/** Fields that take the whole width of a cell's editor by opening a list below it. */
export function opensList(field: FormField): boolean {
  return hasRows(field) || ['choice', 'choices', 'user', 'users', 'department', 'departments', 'record', 'records'].includes(kindOfField(field) ?? '')
}
