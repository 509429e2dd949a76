/** The texts as a sheet that translators work on: CSV out and in, and columns from the clipboard. */
import type { Locale } from '@/api/types'
import type { TextRow } from './texts'

const MARK = '\ufeff'
/** A spreadsheet would calculate these; an apostrophe in front keeps them texts, and is taken off again. */
const CALCULATED = /^[=+\-@|%\t\r]/

const cell = (text: string) => {
  const safe = CALCULATED.test(text) ? `'${text}` : text
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function toCsv(rows: readonly TextRow[], from: Locale, to: Locale, where: (row: TextRow) => string): string {
  const lines = rows.map((row) => [row.name, where(row), row.text[from] ?? '', row.text[to] ?? ''])
  return MARK + [['name', 'where', from, to], ...lines].map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n'
}

/** The cells of a text with separators; quotation marks hold separators and line ends. */
export function cellsOf(text: string, separator: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = ''
  let isQuoted = false
  const endRow = () => {
    row.push(at)
    rows.push(row)
    row = []
    at = ''
  }
  const source = text.replace(MARK, '').replaceAll('\r\n', '\n')
  for (let place = 0; place < source.length; place++) {
    const mark = source[place] as string
    if (isQuoted) {
      if (mark !== '"') at += mark
      else if (source[place + 1] === '"') at += source[place++]
      else isQuoted = false
    } else if (mark === '"' && at === '') isQuoted = true
    else if (mark === separator) {
      row.push(at)
      at = ''
    } else if (mark === '\n') endRow()
    else at += mark
  }
  if (at || row.length) endRow()
  return rows
}

export interface Imported {
  changes: { row: TextRow; text: string }[]
  /** Names that this form has no text for. */
  unknown: number
}

/** What a translated sheet changes in `to`; null when it has no column of that language. An empty cell changes nothing. */
export function fromCsv(text: string, rows: readonly TextRow[], to: Locale): Imported | null {
  const separator = (text.split('\n', 1)[0] ?? '').includes('\t') ? '\t' : (text.split('\n', 1)[0] ?? '').includes(';') ? ';' : ','
  const [head, ...lines] = cellsOf(text, separator)
  const [name, column] = ['name', to].map((one) => head?.findIndex((title) => title.trim() === one) ?? -1) as [number, number]
  if (name < 0 || column < 0) return null
  const known = new Map(rows.map((row) => [row.name, row]))
  const changes: Imported['changes'] = []
  let unknown = 0
  for (const line of lines) {
    const given = (line[column] ?? '').replace(/^'(?=[=+\-@|%])/, '')
    const row = known.get((line[name] ?? '').trim())
    if (!row) unknown += line.some(Boolean) ? 1 : 0
    else if (given.trim() && given !== row.text[to]) changes.push({ row, text: given })
  }
  return { changes, unknown }
}

/** The first column of what a spreadsheet put on the clipboard. */
export function columnOf(text: string): string[] {
  return cellsOf(text.replace(/\r?\n$/, ''), '\t').map((row) => row[0] ?? '')
}
