/** The first answers of a record in words, as rows of a box show them. */
import { typeInfo } from '@/api/catalog'
import type { FormField } from '@/api/types'
import { useNames } from '@/records/values/names'
import { textOf } from '@/records/values/text'
import type { SummaryLine } from './tasks'

export function lineText(line: SummaryLine): string {
  if (line.text !== undefined) return line.text
  if (!line.type || !typeInfo(line.type)) return typeof line.value === 'object' ? '' : String(line.value ?? '')
  return textOf({ id: line.field ?? '', type: line.type, label: {} } as FormField, line.value, useNames())
}
