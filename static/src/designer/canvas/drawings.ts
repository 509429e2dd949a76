/**
 * How a field looks on the canvas: the drawing with the type's id, else the one of its kind of value, else one line.
 * A new type needs a file here only when it looks like nothing before.
 */
import type { Component } from 'vue'
import { valueKind } from '@/api/catalog'
import type { FormField } from '@/api/types'

const files = import.meta.glob<{ default: Component }>('./drawings/*.vue', { eager: true })
const KINDS: Record<string, string> = { choice: 'choice', choices: 'choice', user: 'choice', users: 'choice', department: 'choice', departments: 'choice', record: 'choice', records: 'choice', files: 'files', boolean: 'boolean' }

export function drawingOf(field: FormField): Component | undefined {
  const named = (name: string | undefined) => files[`./drawings/${name}.vue`]?.default
  return named(field.type) ?? named(KINDS[valueKind(field) ?? '']) ?? named('text')
}
