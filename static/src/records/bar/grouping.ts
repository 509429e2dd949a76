import type { FormField } from '@/api/types'
import { kindOfField } from '../form'

/** Fields with few values: those that a grid can be grouped by. */
export function canGroup(field: FormField): boolean {
  return ['choice', 'user', 'department', 'record', 'boolean'].includes(kindOfField(field) ?? '')
}
