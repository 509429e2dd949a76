/** Options in levels. */
import type { FieldOption, FormField } from '@/api/types'
import { resolve } from '@/i18n'

export interface TreeOption extends FieldOption {
  children?: TreeOption[]
}

export function treeOf(field: FormField): TreeOption[] {
  return (field.options ?? []) as TreeOption[]
}
/** The options that are open at each level with this path chosen; the last may be empty. */
export function levelsOf(field: FormField, path: readonly string[]): TreeOption[][] {
  const levels = [treeOf(field)]
  for (const value of path) levels.push(levels.at(-1)?.find((one) => one.value === value)?.children ?? [])
  return levels
}
/** What people read for each step of a path; a value that is gone stands for itself. */
export function labelsOf(field: FormField, path: readonly string[]): string[] {
  const levels = levelsOf(field, path)
  return path.map((value, at) => resolve(levels[at]?.find((one) => one.value === value)?.label) || value)
}
