/** Every option of the tree, named with what is above it: two may be called alike. */
import type { FieldOption, FormField } from '@/api/types'
import { LOCALES, resolve } from '@/i18n'
import { treeOf, type TreeOption } from '../tree'

export default function optionsOf(field: FormField): FieldOption[] {
  return flat(treeOf(field))
}
function flat(options: TreeOption[], above: FieldOption['label'] = {}): FieldOption[] {
  return options.flatMap((one) => {
    const label = Object.fromEntries(LOCALES.map((locale) => [locale, [resolve(above, locale), resolve(one.label, locale) || one.value].filter(Boolean).join(' / ')]))
    return [{ value: one.value, label }, ...flat(one.children ?? [], label)]
  })
}
