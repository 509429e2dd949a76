/** The rows of a sub-form as they are edited: every change gives a new list, so that what was there can be put back. */
import { typeInfo } from '@/api/catalog'
import type { FormField } from '@/api/types'
import { parse } from '../parse'

export type Row = Record<string, unknown>
export interface Spot {
  row: number
  column: number
}
export type Total = 'sum' | 'avg' | 'min' | 'max' | 'count'
export const MOST_ROWS = 1_000

export function columnsOf(field: FormField): FormField[] {
  const columns = field[typeInfo(field.type)?.columns_in ?? '']
  return Array.isArray(columns) ? (columns as FormField[]) : []
}
/** A column as a field of its own: files are uploaded for, and records looked up for `field.column`. */
export function columnField(field: FormField, column: FormField): FormField {
  return { ...column, upload_for: `${field.id}.${column.id}` }
}
export function totalsOf(field: FormField): [string, Total][] {
  return Object.entries((field.totals ?? {}) as Record<string, Total>)
}
export function mostOf(field: FormField): number {
  return Number(field.max_rows) || MOST_ROWS
}

/** A new row with the columns' defaults. */
export function fresh(columns: readonly FormField[]): Row {
  return Object.fromEntries(columns.filter((column) => column.default !== undefined && column.default !== null).map((column) => [column.id, column.default]))
}
export function put(rows: readonly Row[], at: number, row: Row): Row[] {
  return rows.map((one, place) => (place === at ? row : one))
}
export function insert(rows: readonly Row[], at: number, row: Row): Row[] {
  return [...rows.slice(0, at), row, ...rows.slice(at)]
}
export function remove(rows: readonly Row[], at: number): Row[] {
  return rows.filter((_, place) => place !== at)
}
/** A copy is another row: it has no id of its own yet. */
export function duplicate(rows: readonly Row[], at: number): Row[] {
  return insert(rows, at + 1, { ...rows[at], id: undefined })
}
export function move(rows: readonly Row[], from: number, to: number): Row[] {
  const row = rows[from]
  return row && to >= 0 && to < rows.length ? insert(remove(rows, from), to, row) : [...rows]
}

/** A block of cells, both corners included. */
export interface Block {
  top: number
  bottom: number
  left: number
  right: number
}
export function blockOf(one: Spot, other: Spot): Block {
  return { top: Math.min(one.row, other.row), bottom: Math.max(one.row, other.row), left: Math.min(one.column, other.column), right: Math.max(one.column, other.column) }
}
export function isInside({ top, bottom, left, right }: Block, row: number, column: number): boolean {
  return row >= top && row <= bottom && column >= left && column <= right
}
/** What stands in a block, as a spreadsheet takes it. */
export function copied(rows: readonly Row[], { top, bottom, left, right }: Block, columns: readonly FormField[], say: (column: FormField, value: unknown) => string): string[][] {
  return rows.slice(top, bottom + 1).map((row) => columns.slice(left, right + 1).map((column) => say(column, row[column.id])))
}
/** The rows with nothing in a block; what is computed stays. */
export function emptied(rows: readonly Row[], { top, bottom, left, right }: Block, columns: readonly FormField[], isMade: (column: FormField) => boolean): Row[] {
  const gone = Object.fromEntries(columns.slice(left, right + 1).filter((column) => !isMade(column)).map((column) => [column.id, null]))
  return rows.map((row, at) => (at >= top && at <= bottom ? { ...row, ...gone } : row))
}
/** One cell pasted into a block fills all of it, as spreadsheets do. */
export function spread(cells: string[][], { top, bottom, left, right }: Block): string[][] {
  const [one] = cells[0] ?? []
  if (cells.length !== 1 || cells[0]?.length !== 1 || one === undefined) return cells
  return Array.from({ length: bottom - top + 1 }, () => Array.from({ length: right - left + 1 }, () => one))
}

/** Cells of a spreadsheet laid over the rows from `spot` on; rows are added as long as there may be more. */
export function pasted(rows: readonly Row[], cells: readonly string[][], spot: Spot, columns: readonly FormField[], most: number, isMade: (column: FormField) => boolean): { rows: Row[]; left: number } {
  const found = [...rows]
  let left = 0
  for (const [down, line] of cells.entries()) {
    const at = spot.row + down
    if (at >= most) {
      left += line.length
      continue
    }
    const row = { ...(found[at] ?? fresh(columns)) }
    for (const [right, text] of line.entries()) {
      const column = columns[spot.column + right]
      const value = column && !isMade(column) ? parse(column, text) : undefined
      if (column && value !== undefined) row[column.id] = value
      else left += 1
    }
    found[at] = row
  }
  return { rows: found, left }
}

/** What stands below a column, or nothing where there is nothing to reckon. */
export function totalOf(rows: readonly Row[], column: string, how: Total): number | null {
  const values = rows.map((row) => row[column]).filter((value) => value !== null && value !== undefined && value !== '')
  if (how === 'count') return values.length
  const numbers = values.map(Number).filter(Number.isFinite)
  if (!numbers.length) return null
  const sum = numbers.reduce((all, one) => all + one, 0)
  return { sum, avg: sum / numbers.length, min: Math.min(...numbers), max: Math.max(...numbers) }[how]
}

/** Where a key leads from a cell, or null for a key that doesn't move. */
export function stepped(spot: Spot, key: string, room: { rows: number; columns: number; page: number }, ctrl = false): Spot | null {
  const row = (to: number) => Math.min(Math.max(0, room.rows - 1), Math.max(0, to))
  const column = (to: number) => Math.min(room.columns - 1, Math.max(0, to))
  switch (key) {
    case 'ArrowDown': return { ...spot, row: row(ctrl ? room.rows : spot.row + 1) }
    case 'ArrowUp': return { ...spot, row: row(ctrl ? 0 : spot.row - 1) }
    case 'ArrowRight': return { ...spot, column: column(ctrl ? room.columns : spot.column + 1) }
    case 'ArrowLeft': return { ...spot, column: column(ctrl ? 0 : spot.column - 1) }
    case 'PageDown': return { ...spot, row: row(spot.row + room.page) }
    case 'PageUp': return { ...spot, row: row(spot.row - room.page) }
    case 'Home': return { row: ctrl ? 0 : spot.row, column: 0 }
    case 'End': return { row: ctrl ? row(room.rows) : spot.row, column: column(room.columns) }
    default: return null
  }
}
/** The next cell after Tab, over the ends of lines; null where the table ends. */
export function tabbed(spot: Spot, back: boolean, room: { rows: number; columns: number }): Spot | null {
  const at = spot.row * room.columns + spot.column + (back ? -1 : 1)
  if (at < 0 || at >= room.rows * room.columns) return null
  return { row: Math.floor(at / room.columns), column: at % room.columns }
}
