/** The first refused rows of an import, read from the file that can be downloaded, which may be long. */
import { currentLocale } from '@/i18n'

export interface Refused {
  row: string
  field: string
  reason: string
  /** The original cells that are not empty. */
  cells: string[]
}
const ADDED = 3
const MOST_TEXT = 262_144

export async function readRefused(url: string, most: number): Promise<Refused[]> {
  const answer = await fetch(url, { credentials: 'same-origin', headers: { 'Accept-Language': currentLocale() } })
  if (!answer.ok || !answer.body) return []
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  let isWhole = false
  while (!isWhole && text.length < MOST_TEXT) {
    const { value, done } = await reader.read()
    text += value ?? ''
    isWhole = done
  }
  if (!isWhole) await reader.cancel()
  const lines = parseCsv(text.replace(/^\uFEFF/, ''))
  return lines.slice(1, most + 1).map(([row = '', field = '', reason = '', ...cells]) => ({ row, field, reason, cells: cells.filter((cell) => cell.trim()) }))
}

/** Rows of cells of a CSV text, as RFC 4180 has it; a last row without its line end was cut off and is passed over. */
export function parseCsv(text: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  const cell = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n)/gy
  while (cell.lastIndex < text.length) {
    const found = cell.exec(text)
    if (!found) break
    const raw = found[1] ?? ''
    line.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw)
    if (found[2] !== ',') {
      if (line.length >= ADDED) lines.push(line)
      line = []
    }
  }
  return lines
}
