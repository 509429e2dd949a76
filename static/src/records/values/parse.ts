/** A pasted text as a value of a field, or undefined when it can't be one. */
import type { FormField } from '@/api/types'
import { resolve, LOCALES } from '@/i18n'
import { kindOfField } from '../form'
import { ownValue } from './own'
import { wordsOf } from './words'

const YES = new Set(['true', 'yes', 'y', '1', '是', '√', '✓'])
const NO = new Set(['false', 'no', 'n', '0', '否', '×'])

function option(field: FormField, text: string): string | undefined {
  return field.options?.find((one) => one.value === text || LOCALES.some((locale) => resolve(one.label, locale) === text))?.value
}
export function parse(field: FormField, raw: string): unknown {
  const text = raw.trim()
  if (!text) return null
  const own = wordsOf(field)?.read
  if (own) return own(text, field)
  switch (kindOfField(field)) {
    case 'number': {
      const digits = text.normalize('NFKC').replace(/[,\s¥$€£]/g, '')
      return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(digits) ? digits : undefined
    }
    case 'boolean':
      return YES.has(text.toLowerCase()) ? true : NO.has(text.toLowerCase()) ? false : undefined
    case 'choice':
      return option(field, text) ?? (field.own_answer ? ownValue(text) : undefined)
    case 'choices': {
      const parts = text.split(/[,、，;；]\s*/).map((one) => one.trim()).filter(Boolean)
      const found = parts.flatMap((one) => option(field, one) ?? [])
      const strange = parts.filter((one) => option(field, one) === undefined)
      if (!strange.length) return found
      return field.own_answer ? [...found, ownValue(strange.join(', '))] : undefined
    }
    case 'date': {
      const parts = /^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/.exec(text)
      return parts ? `${parts[1]}-${parts[2]?.padStart(2, '0')}-${parts[3]?.padStart(2, '0')}` : undefined
    }
    case 'datetime': {
      const moment = new Date(text)
      return Number.isNaN(moment.getTime()) ? undefined : moment.toISOString()
    }
    case 'time':
      return /^\d{1,2}[:：]\d{2}$/.test(text) ? text.replace('：', ':').padStart(5, '0') : undefined
    case 'text':
      return text
    default:
      return undefined
  }
}

/** Cells of a spreadsheet as text: tabs between columns, lines between rows. */
export function toTsv(cells: string[][]): string {
  return cells.map((row) => row.map((cell) => (/[\t\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join('\t')).join('\n')
}
export function fromTsv(text: string): string[][] {
  const rows: string[][] = [['']]
  let isQuoted = false
  const source = text.replaceAll('\r\n', '\n').replace(/\n$/, '')
  for (let at = 0; at < source.length; at += 1) {
    const char = source[at] as string
    const row = rows.at(-1) as string[]
    const add = (piece: string) => void (row[row.length - 1] = `${row.at(-1) ?? ''}${piece}`)
    if (isQuoted) {
      if (char === '"' && source[at + 1] === '"') add(source[(at += 1)] as string)
      else if (char === '"') isQuoted = false
      else add(char)
    } else if (char === '"' && row.at(-1) === '') isQuoted = true
    else if (char === '\t') row.push('')
    else if (char === '\n') rows.push([''])
    else add(char)
  }
  return rows
}
