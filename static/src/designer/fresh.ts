/** New fields, as the catalogue describes them. */
import { hasSetting, type FieldTypeInfo } from '@/api/catalog'
import type { FieldOption, FormField, L10n, OptionColour } from '@/api/types'
import { freeId } from './document'

export const OPTION_COLOURS: OptionColour[] = ['blue', 'teal', 'amber', 'red', 'violet', 'green', 'orange', 'pink', 'indigo', 'grey']

export function freshOption(taken: FieldOption[], label?: L10n): FieldOption {
  const number = taken.length + 1
  return {
    value: freeId(taken.map((one) => one.value), `option_${number}`),
    label: label ?? { 'zh-CN': `选项 ${number}`, en: `Option ${number}` },
    color: OPTION_COLOURS[taken.length % OPTION_COLOURS.length],
  }
}

/** A field of the type with a free id, its type's name as label, and two options where it has lists of them. */
export function freshField(type: FieldTypeInfo, taken: Iterable<string>, label?: L10n): FormField {
  const field: FormField = { id: freeId(taken, type.id), type: type.id, label: label ?? { ...type.label } }
  for (const name of optionLists(type)) field[name] = twoOptions()
  if (type.columns_in) field[type.columns_in] = twoColumns()
  if (type.id in REQUIRED_TEXTS) field.text = REQUIRED_TEXTS[type.id]
  return field
}
function optionLists(type: FieldTypeInfo): string[] {
  return type.settings.filter((one) => one.control === 'options' || one.control === 'tree').map((one) => one.name)
}
function twoOptions(): FieldOption[] {
  const first = freshOption([])
  return [first, freshOption([first])]
}
function twoColumns(): FormField[] {
  return [
    { id: 'item', type: 'text', label: { 'zh-CN': '项目', en: 'Item' } },
    { id: 'quantity', type: 'number', label: { 'zh-CN': '数量', en: 'Quantity' } },
  ]
}
/** Settings without which a new field would say nothing. */
const REQUIRED_TEXTS: Record<string, L10n> = { note: { 'zh-CN': '在这里写说明', en: 'Write the explanation here' } }

/** A copy with a free id and free of what must be one's own. */
export function copyOf(field: FormField, taken: Iterable<string>): FormField {
  return { ...structuredClone(field), id: freeId(taken, field.id.replace(/_\d+$/, '')) }
}

/**
 * The field as another type: what the new type also has is kept, then `settings`, and two options where it needs
 * some and has none. With `{}` as settings nothing is made up, for a trial.
 */
export function retyped(field: FormField, type: FieldTypeInfo, settings?: Record<string, unknown>): FormField {
  const common = new Set(['id', 'type', 'label', 'help', 'placeholder', 'required', 'width', 'public', ...(type.can_be_unique ? ['unique'] : [])])
  const kept = Object.fromEntries(Object.entries(field).filter(([name]) => common.has(name) || hasSetting(type, name)))
  const made = { ...kept, ...settings, type: type.id } as FormField
  if (settings && !Object.keys(settings).length) return made
  for (const name of optionLists(type)) made[name] ??= twoOptions()
  if (type.columns_in) made[type.columns_in] = twoColumns()
  return made
}
