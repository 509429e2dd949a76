/** The keyboard of the grid: arrows move, Enter and F2 edit, typing replaces, Space chooses, Delete clears. */
import { nextTick, ref, watch } from 'vue'
import type { FormField } from '@/api/types'
import { t } from '@/i18n'
import { toast } from '@/ui/toasts'
import type { Desk } from '../desk'
import { mayWrite, valueOf } from '../form'
import type { RecordRow } from '../types'
import { useNames } from '../values/names'
import { fromTsv, parse, toTsv } from '../values/parse'
import { hasRows } from '../values/registry'
import { textOf } from '../values/text'
import { moved, type Spot } from './navigate'

interface Place {
  pageLines(): number
  reveal(line: number): void
  cellAt(line: number, column: number): HTMLElement | null
}
/** Where the focus goes after editing: on, back to the cell, or it has left already. */
export type Then = 'down' | 'right' | 'left' | 'here' | 'stay'
export interface Editing extends Spot {
  /** Typed on the cell: it replaces the value. */
  start?: string
  /** What was refused, to be put right. */
  kept?: unknown
  fault?: string
}

export function useGridKeys(desk: Desk, place: Place) {
  const names = useNames()
  const active = ref<Spot>({ line: 0, column: 1 })
  const editing = ref<Editing | null>(null)
  const room = () => ({ lines: desk.rows.layout.value.size, columns: desk.columns.value.length + 1, page: place.pageLines() })

  function focus(spot: Spot, withFocus = true): void {
    active.value = spot
    place.reveal(spot.line)
    if (withFocus || !document.activeElement?.closest('[role=grid]')) void nextTick(() => place.cellAt(spot.line, spot.column)?.focus({ preventScroll: true }))
  }
  const fieldAt = (column: number): FormField | undefined => desk.columns.value[column - 1]?.field

  const isLocked = (row: RecordRow, field: FormField) => desk.judge.value(row.values).locked.has(field.id)
  const mayChange = (row: RecordRow, field: FormField) => Boolean(desk.form.value && mayWrite(desk.form.value, field) && !isLocked(row, field))

  function edit(spot: Spot, start?: string): boolean {
    const field = fieldAt(spot.column)
    const row = desk.rows.rowAt(spot.line)
    if (!desk.form.value || !field || !row) return false
    if (!mayWrite(desk.form.value, field)) {
      toast(t('records.cantEdit'))
      return false
    }
    if (isLocked(row, field)) {
      toast(t('records.lockedByRule'))
      return false
    }
    if (hasRows(field)) return desk.show(row.id), false
    active.value = spot
    place.reveal(spot.line)
    editing.value = { ...spot, start }
    return true
  }
  function commit(line: number, field: FormField, value: unknown, then: Then): void {
    const row = desk.rows.rowAt(line)
    editing.value = null
    if (row) void desk.edits.change(row, field, value)
    if (then === 'stay') return
    if (then === 'here') return focus(active.value)
    const press = { down: 'ArrowDown', right: 'ArrowRight', left: 'ArrowLeft' }[then]
    focus(moved(active.value, { key: press, ctrl: false }, room()) ?? active.value)
  }
  function cancel(): void {
    editing.value = null
    focus(active.value)
  }

  // What was refused stays in its cell, unless the panel shows it.
  watch(desk.edits.refused, (refused) => {
    if (!refused || editing.value || desk.recordId.value === refused.id) return
    const line = desk.rows.lineOf(refused.id)
    const column = desk.columns.value.findIndex((one) => one.field.id === refused.field) + 1
    if (line >= 0 && column > 0) editing.value = { line, column, kept: refused.value, fault: refused.message }
  })

  function onKey(event: KeyboardEvent): void {
    if (editing.value || event.isComposing || !(event.target as HTMLElement).closest('[data-line]')) return
    const ctrl = event.ctrlKey || event.metaKey
    const to = moved(active.value, { key: event.key, ctrl }, room())
    if (to) {
      event.preventDefault()
      focus(to)
    } else if (!event.altKey && act(event, ctrl)) event.preventDefault()
  }
  function act(event: KeyboardEvent, ctrl: boolean): boolean {
    const { line, column } = active.value
    const row = desk.rows.rowAt(line)
    if (!row) {
      const what = desk.rows.layout.value.lineAt(line)
      const group = what && desk.rows.groups.value[what.block]
      if ((event.key !== 'Enter' && event.key !== ' ') || !group?.hasHead) return false
      desk.rows.toggle(group)
      return true
    }
    if (event.key === 'F2' || (event.key === 'Enter' && !event.shiftKey && column > 0)) return edit(active.value) || true
    if (event.key === 'Enter') return desk.show(row.id), true
    if (event.key === ' ') return (event.shiftKey || column === 0 ? desk.selection.toggle(line, false) : desk.show(row.id)), true
    const field = fieldAt(column)
    if ((event.key === 'Delete' || event.key === 'Backspace') && field && mayChange(row, field)) return void desk.edits.change(row, field, null), true
    if (event.key.length === 1 && !ctrl && /[\p{L}\p{N}\p{P}\p{S}]/u.test(event.key) && !isCommand(event.key)) return edit(active.value, event.key)
    return false
  }
  /** Keys that the page has taken: they stay commands on read-only cells. */
  function isCommand(key: string): boolean {
    const field = fieldAt(active.value.column)
    const canType = field && desk.form.value && mayWrite(desk.form.value, field)
    return !canType || key === '/' || key === '?' || (desk.recordId.value !== null && /^[jk]$/i.test(key))
  }

  function onCopy(event: ClipboardEvent): void {
    if (editing.value) return
    const chosen = [...desk.rows.loaded()].map((one) => one.row).filter((row) => desk.selection.has(row.id))
    const single = desk.rows.rowAt(active.value.line)
    const field = fieldAt(active.value.column)
    const cells = chosen.length
      ? chosen.map((row) => desk.columns.value.map((column) => textOf(column.field, valueOf(row, column.field.id), names)))
      : single && field ? [[textOf(field, valueOf(single, field.id), names)]] : null
    if (!cells) return
    event.preventDefault()
    event.clipboardData?.setData('text/plain', toTsv(cells))
  }
  function onPaste(event: ClipboardEvent): void {
    if (editing.value || !desk.form.value) return
    event.preventDefault()
    let taken = 0
    let left = 0
    for (const [down, cells] of fromTsv(event.clipboardData?.getData('text/plain') ?? '').entries()) {
      const row = desk.rows.rowAt(active.value.line + down)
      for (const [right, text] of cells.entries()) {
        const field = fieldAt(active.value.column + right)
        const value = field && row && mayChange(row, field) ? parse(field, text) : undefined
        if (row && field && value !== undefined) {
          taken += 1
          void desk.edits.change(row, field, value)
        } else left += 1
      }
    }
    toast(t(left ? 'records.pastedPart' : 'records.pasted', { n: taken, left }))
  }
  return { active, editing, focus, edit, commit, cancel, onKey, onCopy, onPaste }
}
