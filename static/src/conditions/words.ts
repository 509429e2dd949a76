/** A condition in words: field and value tokens between plain words. */
import { operatorInfo, valueKind } from '@/api/catalog'
import type { Condition, ConditionLeaf, FormField } from '@/api/types'
import { resolve, t } from '@/i18n'
import { optionsOf } from '@/records/values/options'
import { isColumn, withColumns } from './columns'
import { groupOf, isLeaf } from './tree'

export interface Part {
  kind: 'word' | 'field' | 'value'
  text: string
  color?: string
}

export function describe(condition: Condition | undefined, fields: FormField[]): Part[] {
  if (!condition) return []
  if (isLeaf(condition)) return leafParts(condition, fields)
  if ('not' in condition) return [{ kind: 'word', text: t('conditions.not') }, ...describe(condition.not as Condition, fields)]
  const { mode, items } = groupOf(condition)
  return items.flatMap((item, at): Part[] => {
    const inner = describe(item, fields)
    const bracketed = !isLeaf(item) && groupOf(item).items.length > 1 ? [word('('), ...inner, word(')')] : inner
    return at ? [word(t(mode === 'all' ? 'conditions.and' : 'conditions.or')), ...bracketed] : bracketed
  })
}

const word = (text: string): Part => ({ kind: 'word', text })

function leafParts(leaf: ConditionLeaf, fields: FormField[]): Part[] {
  const field = (isColumn(leaf.field) ? withColumns(fields) : fields).find((one) => one.id === leaf.field)
  const operator = operatorInfo(leaf.op)
  const parts: Part[] = [{ kind: 'field', text: field ? resolve(field.label) || field.id : leaf.field }, word(resolve(operator?.label) || leaf.op)]
  return operator?.shape === 'none' ? parts : [...parts, ...valueParts(leaf.value, field, fields)]
}

export function valueParts(value: unknown, field: FormField | undefined, fields: FormField[]): Part[] {
  const many = Array.isArray(value) ? value : [value]
  return many.map((one): Part => {
    if (one === undefined || one === null || one === '') return { kind: 'value', text: '…' }
    if (typeof one === 'object') {
      const { ref, fn } = one as { ref?: string; fn?: string }
      const other = fields.find((candidate) => candidate.id === ref)
      return ref ? { kind: 'field', text: resolve(other?.label) || ref } : { kind: 'value', text: t(`conditions.fn.${fn}`) }
    }
    const option = optionsOf(field)?.find((candidate) => candidate.value === one)
    if (option) return { kind: 'value', text: resolve(option.label) || option.value, color: option.color }
    if (typeof one === 'boolean') return { kind: 'value', text: t(one ? 'conditions.yes' : 'conditions.no') }
    return { kind: 'value', text: durationWords(String(one)) ?? String(one) }
  })
}

const DURATION = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?$/
export function durationWords(text: string): string | null {
  const found = DURATION.exec(text)
  if (!found || text === 'P') return null
  const units = ['days', 'hours', 'minutes'] as const
  return units.flatMap((unit, at) => (found[at + 1] ? [t(`conditions.${unit}`, { n: found[at + 1] })] : [])).join(' ') || null
}

/** What a value of the field can be compared by: the catalogue's kind of its type. */
export function kindOf(field: FormField | undefined): string | null {
  return valueKind(field)
}
