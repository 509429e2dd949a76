/** What nodes were given and what came of them, as pairs of a name and a text: fields and options by their labels. */
import { typeInfo } from '@/api/catalog'
import { durationWords } from '@/conditions/words'
import type { FormField, L10n } from '@/api/types'
import { resolve, t } from '@/i18n'
import { comma, dateTime } from '@/i18n/format'

export interface Pair {
  name: string
  value: string
  /** How deep it stands. */
  depth: number
}
const MOST = 40

export function pairsOf(value: unknown, fields: readonly FormField[], name = '', depth = 0): Pair[] {
  if (value === null || value === undefined || value === '') return name ? [{ name: labelOf(name, fields), value: '—', depth }] : []
  if (Array.isArray(value) && value.every((one) => typeof one !== 'object')) return [{ name: labelOf(name, fields), value: value.map((one) => shown(one, name, fields)).join(comma()) || '—', depth }]
  if (isText(value)) return [{ name: labelOf(name, fields), value: resolve(value), depth }]
  if (typeof value === 'object') {
    const inner = Object.entries(value as object).filter(([key]) => !isSaid(key, value as object)).flatMap(([key, one]) => pairsOf(one, fields, Array.isArray(value) ? `${Number(key) + 1}` : key, name ? depth + 1 : depth))
    return [...(name ? [{ name: labelOf(name, fields), value: '', depth }] : []), ...inner].slice(0, MOST)
  }
  return [{ name: isLength(name, value) ? t('rules.told.length') : labelOf(name, fields), value: shown(value, name, fields), depth }]
}
/** What stands after a change is called `after` too. */
const isLength = (name: string, value: unknown) => name === 'after' && typeof value === 'string' && durationWords(value) !== null
/** A text in the languages of the house, which is told in the reader's. */
const isText = (value: unknown): value is L10n => typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0 && Object.keys(value).every((key) => key === 'zh-CN' || key === 'en')
/** Whoever has a name is not told by id as well, and a reason in words says what its code and its order say. */
const isSaid = (key: string, value: object): boolean =>
  (key === 'user' && 'name' in value && Boolean(value.name)) || (['kept', 'dropped', 'turn'].includes(key) && 'reason' in value) || (key === 'lane' && 'strategy' in value)
function labelOf(name: string, fields: readonly FormField[]): string {
  const field = fields.find((one) => one.id === name && typeInfo(one.type))
  const key = `rules.told.${name}`
  const known = t(key)
  return (field && resolve(field.label)) || (known === key ? name : known)
}
function shown(value: unknown, name: string, fields: readonly FormField[]): string {
  const option = fields.find((one) => one.id === name)?.options?.find((one) => one.value === value)
  if (typeof value === 'boolean') return t(value ? 'conditions.yes' : 'conditions.no')
  if (typeof value === 'string' && MOMENT.test(value)) return dateTime(value)
  return resolve(option?.label) || (typeof value === 'string' && durationWords(value)) || String(value)
}
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)$/
