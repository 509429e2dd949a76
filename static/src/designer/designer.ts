/** The designer's state and everything that one can do in it; handed down by `provide`. */
import { computed, inject, provide, ref, type InjectionKey } from 'vue'
import { catalog, typeInfo } from '@/api/catalog'
import type { FormField, L10n, Locale } from '@/api/types'
import { currentLocale, resolve, t } from '@/i18n'
import { comma } from '@/i18n/format'
import { toast } from '@/ui/toasts'
import type { Command } from './commands/command'
import { adopted, pack, read, written, type Packed } from './clipboard'
import { blockOf, fieldOf, indexOf, rulesAbout, type FormRule } from './document'
import { useDraft } from './draft'
import { freshField, retyped } from './fresh'
import { fieldsOf } from './paste'
import { inOrder, placeForSection, range } from './several'

export type Asked = { kind: 'remove'; ids: string[] } | { kind: 'retype'; field: FormField; type: string }

export function createDesigner(id: string) {
  const draft = useDraft(id)
  const { document, run } = draft
  const selection = ref<string[]>([])
  const locale = ref<Locale>(currentLocale())
  const device = ref<'desktop' | 'phone'>('desktop')
  const tab = ref<'field' | 'form' | 'logic'>('field')
  const active = computed<FormField | undefined>(() => fieldOf(document.value, selection.value.at(-1) ?? ''))
  const ids = () => document.value.fields.map((field) => field.id)
  const opensSection = (type: string) => typeInfo(type)?.opens_section ?? false
  const text = (l10n: L10n | undefined) => resolve(l10n, locale.value)
  const nameOf = (field: FormField | undefined) => (field ? text(field.label) || field.id : '')
  const nameOfId = (fieldId: string) => nameOf(fieldOf(document.value, fieldId)) || fieldId
  /** Where the server found something, in words: a field by its label, a part of the form by its name. */
  function placeName(place: string | null): string {
    if (!place) return ''
    const part = t(`designer.part.${place}`)
    return `${fieldOf(document.value, place) ? nameOfId(place) : part.startsWith('designer.') ? place : part}${t('designer.colon')}`
  }

  /** Where a range begins: the field that was chosen alone or added last. */
  let anchor: string | null = null
  function select(fieldId: string | null, extend = false): void {
    anchor = fieldId
    if (fieldId === null) selection.value = []
    else if (!extend) selection.value = [fieldId]
    else selection.value = selection.value.includes(fieldId) ? selection.value.filter((one) => one !== fieldId) : [...selection.value, fieldId]
    if (fieldId) tab.value = 'field'
  }

  function selectTo(fieldId: string): void {
    selection.value = range(document.value, anchor ?? active.value?.id ?? fieldId, fieldId)
    tab.value = 'field'
  }
  function selectAll(): void {
    selection.value = ids()
    tab.value = 'field'
  }
  /** A click with its keys: Shift takes everything up to the field, Ctrl adds or leaves out one. */
  function selectBy(event: MouseEvent | KeyboardEvent, fieldId: string): void {
    if (event.shiftKey) selectTo(fieldId)
    else select(fieldId, event.ctrlKey || event.metaKey)
  }

  /** After the selected field, else at the end. */
  const placeForNew = () => (active.value ? indexOf(document.value, active.value.id) + 1 : document.value.fields.length)

  function insert(fields: FormField[], at = placeForNew()): void {
    if (!fields.length) return
    run({ kind: 'insert', items: fields.map((field, offset) => ({ at: at + offset, field })) }, 'designer.did.insert', { name: fields.map(nameOf).join(comma()) })
    select(fields.at(-1)?.id ?? null)
  }
  function insertType(typeId: string, at?: number): void {
    const type = typeInfo(typeId)
    if (type) insert([freshField(type, ids())], at)
  }
  /** Fields that were copied here or in another form; any other text gives a field for each label in it. */
  function paste(pasted: string): number {
    const packed = read(pasted)
    if (packed) return adopt(packed)
    const made = fieldsOf(pasted, catalog.value?.types ?? [], ids(), locale.value)
    insert(made)
    return made.length
  }
  /** Insert copies with the rules among them, in one step, and select them all. */
  function adopt(packed: Packed): number {
    const rules = document.value.rules ?? []
    const made = adopted(packed, { fields: ids(), rules: rules.map((rule) => rule.id) }, (type) => typeInfo(type) !== undefined)
    if (!made.fields.length) return 0
    const at = placeForNew()
    const items = made.fields.map((field, offset) => ({ at: at + offset, field }))
    const commands: Command[] = [{ kind: 'insert', items }]
    if (made.rules.length) commands.push({ kind: 'set', path: ['rules'], value: [...rules, ...made.rules] })
    run({ kind: 'batch', commands }, 'designer.did.insert', { name: made.fields.map(nameOf).join(comma()) })
    selection.value = made.fields.map((field) => field.id)
    tab.value = 'field'
    return made.fields.length
  }
  function duplicate(): void {
    const last = Math.max(...selection.value.map((one) => indexOf(document.value, one)))
    const packed = pack(document.value, selection.value)
    if (!packed.fields.length) return
    selection.value = [...selection.value.filter((one) => indexOf(document.value, one) !== last), document.value.fields[last]?.id ?? '']
    adopt(packed)
  }
  /** The selected fields as text for the clipboard; empty when none is. */
  function copied(): string {
    const packed = pack(document.value, selection.value)
    return packed.fields.length ? written(packed) : ''
  }
  /** What has to be confirmed first, since records or other places are about it. */
  const asked = ref<Asked | null>(null)
  /** Whether the selected fields are being saved as a group. */
  const savesGroup = ref(false)
  /** Whether the table of translations is open. */
  const translates = ref(false)
  const publishedField = (fieldId: string) => draft.about.value?.published?.fields.find((field) => field.id === fieldId)
  /** Take the selected fields out; at once where nothing can depend on them. */
  function askRemove(): void {
    const ids = selection.value.filter((one) => fieldOf(document.value, one))
    if (!ids.length) return
    if (ids.some((one) => publishedField(one) || rulesAbout(document.value, one).length)) asked.value = { kind: 'remove', ids }
    else remove(ids)
  }
  /** Give the active field another type; a published one is tried on its values first. */
  function askRetype(type: string): void {
    const field = active.value
    if (!field) return
    const before = publishedField(field.id)
    if (before && before.type !== type) asked.value = { kind: 'retype', field, type }
    else retype(type)
  }
  /** Keep fields from respondents; members go on seeing them. */
  function hide(ids: string[]): void {
    const names = ids.map(nameOfId).join(comma())
    const commands = ids.flatMap((field): Command[] => [{ kind: 'set', field, path: ['public'], value: false }, { kind: 'set', field, path: ['required'] }])
    run({ kind: 'batch', commands }, 'designer.did.set', { name: names })
    toast(t('impact.hidden', { name: names }), { action: { label: t('ui.undo'), run: () => undo() } })
  }
  /** Take fields out and offer to put them back; say which rules named them. */
  function remove(ids = selection.value): void {
    const gone = ids.filter((one) => fieldOf(document.value, one))
    const last = gone.at(-1)
    if (!last) return
    const at = indexOf(document.value, last)
    const named = gone.flatMap((one) => rulesAbout(document.value, one))
    const names = gone.map(nameOfId).join(comma())
    run({ kind: 'remove', ids: gone }, 'designer.did.remove', { name: names })
    select(document.value.fields[Math.min(at, document.value.fields.length - 1)]?.id ?? null)
    const words = t(named.length ? 'designer.removedUsed' : 'designer.removed', { name: names, n: named.length })
    toast(words, { action: { label: t('ui.undo'), run: () => undo() } })
  }
  function moveTo(fieldIds: string[], to: number): void {
    run({ kind: 'move', ids: fieldIds, to }, 'designer.did.move', { name: fieldIds.map(nameOfId).join(comma()) })
  }
  function moveBy(by: -1 | 1): void {
    const moved = inOrder(document.value, selection.value)
    const first = indexOf(document.value, moved[0] ?? '')
    const to = first + by
    if (first >= 0 && to >= 0 && to <= document.value.fields.length - moved.length) moveTo(moved, to)
  }
  /** Drop what was dragged before the field that stands at `at`. A section takes its fields along. */
  function drop(fieldId: string, at: number): void {
    const block = blockOf(document.value, fieldId, opensSection)
    const before = document.value.fields.slice(0, at).filter((field) => block.includes(field.id)).length
    const from = indexOf(document.value, fieldId)
    if (at >= from && at <= from + block.length) return
    moveTo(block, at - before)
    select(fieldId)
  }
  /** Put the selected fields below a new section that holds them and no others, and select it, to be named. */
  function groupIntoSection(): void {
    const type = catalog.value?.types.find((one) => one.opens_section && !one.opens_page)
    const chosen = inOrder(document.value, selection.value)
    if (!type || !chosen.length) return
    const section = freshField(type, ids())
    const at = placeForSection(document.value, chosen, opensSection)
    const before = document.value.fields.slice(0, at).filter((field) => chosen.includes(field.id)).length
    const commands: Command[] = [{ kind: 'move', ids: chosen, to: at - before }, { kind: 'insert', items: [{ at: at - before, field: section }] }]
    run({ kind: 'batch', commands }, 'designer.did.insert', { name: nameOf(section) })
    select(section.id)
  }
  function set(path: string[], value: unknown, fieldId = active.value?.id): void {
    if (fieldId) run({ kind: 'set', field: fieldId, path, value }, 'designer.did.set', { name: nameOfId(fieldId) })
  }
  /** Set a property that all selected fields share. */
  function setAll(path: string[], value: unknown, ids: readonly string[] = selection.value): void {
    const [first, ...rest] = ids
    if (!rest.length) return set(path, value, first)
    run({ kind: 'batch', commands: ids.map((field) => ({ kind: 'set', field, path, value })) }, 'designer.did.set', { name: ids.map(nameOfId).join(comma()) })
  }
  function setForm(path: string[], value: unknown): void {
    run({ kind: 'set', path, value }, 'designer.did.form')
  }
  /** `settings` are what the new type takes over from the values that are there. */
  function retype(typeId: string, settings?: Record<string, unknown>, fieldId = active.value?.id): void {
    const field = fieldOf(document.value, fieldId ?? '')
    const type = typeInfo(typeId)
    if (!field || !type) return
    const at = indexOf(document.value, field.id)
    run({ kind: 'batch', commands: [{ kind: 'remove', ids: [field.id] }, { kind: 'insert', items: [{ at, field: retyped(field, type, settings) }] }] }, 'designer.did.retype', { name: nameOf(field) })
  }
  function rename(from: string, to: string): void {
    run({ kind: 'rename', from, to }, 'designer.did.rename', { name: to })
    selection.value = selection.value.map((one) => (one === from ? to : one))
  }
  function setRules(rules: FormRule[]): void {
    setForm(['rules'], rules)
  }
  function undo(): void {
    const step = draft.undo()
    if (step) tidySelection()
  }
  function redo(): void {
    const step = draft.redo()
    if (step) tidySelection()
  }
  function tidySelection(): void {
    selection.value = selection.value.filter((one) => fieldOf(document.value, one))
  }
  /** Where a problem is: select the field, or open the right panel. */
  function jumpTo(fieldId: string | null): void {
    if (fieldId && fieldOf(document.value, fieldId)) {
      select(fieldId)
      window.document.querySelector(`[data-field="${fieldId}"]`)?.scrollIntoView({ block: 'center' })
    } else tab.value = 'form'
  }

  return {
    id, draft, document, selection, active, locale, device, tab, opensSection, text, nameOf, nameOfId, placeName,
    select, selectTo, selectAll, selectBy, groupIntoSection, insert, insertType, paste, adopt, copied, duplicate, asked, savesGroup, translates, askRemove, askRetype, publishedField, hide, remove, moveTo, moveBy, drop, set, setAll, setForm, retype, rename, setRules, undo, redo, jumpTo, placeForNew,
  }
}

export type Designer = ReturnType<typeof createDesigner>
const KEY: InjectionKey<Designer> = Symbol('designer')

export function provideDesigner(designer: Designer): void {
  provide(KEY, designer)
}
export function useDesigner(): Designer {
  const found = inject(KEY)
  if (!found) throw new Error('useDesigner() outside of the designer')
  return found
}
