/** Fields that often come together; each is offered when the catalogue has all of its types. */
import type { FieldTypeInfo } from '@/api/catalog'
import type { FormField, L10n } from '@/api/types'
import { freshField } from '../fresh'

interface Part {
  type: string
  label: L10n
  more?: Partial<FormField>
  /** What depends on the fields that are there already. */
  from?: (fields: readonly FormField[]) => Partial<FormField>
}
export interface Combo {
  id: string
  icon: string
  parts: Part[]
}
export const COMBOS: Combo[] = [
  {
    id: 'total', icon: 'fx',
    parts: [{ type: 'formula', label: { 'zh-CN': '总分', en: 'Total score' }, more: { decimals: 0 }, from: (fields) => ({ formula: scoreOf(fields) }) }],
  },
  {
    id: 'contact', icon: 'user',
    parts: [
      { type: 'text', label: { 'zh-CN': '姓名', en: 'Name' }, more: { required: true, width: 'half' } },
      { type: 'phone', label: { 'zh-CN': '手机', en: 'Mobile' }, more: { required: true, width: 'half' } },
      { type: 'email', label: { 'zh-CN': '邮箱', en: 'Email' } },
    ],
  },
  {
    id: 'nps', icon: 'heart',
    parts: [
      { type: 'nps', label: { 'zh-CN': '您有多大可能把我们推荐给朋友？', en: 'How likely are you to recommend us to a friend?' }, more: { required: true } },
      { type: 'textarea', label: { 'zh-CN': '打这个分的主要原因', en: 'The main reason for your score' } },
    ],
  },
  {
    id: 'consent', icon: 'shield',
    parts: [
      { type: 'consent', label: { 'zh-CN': '个人信息', en: 'Personal data' }, more: { text: { 'zh-CN': '我们只用您填写的信息处理这次请求。', en: 'We use what you enter only to handle this request.' }, required: true } },
    ],
  },
]

const SCALES = new Set(['rating', 'nps', 'slider'])
/** The sum over everything that scores: options with scores, questions of a quiz, marks and scales. */
function scoreOf(fields: readonly FormField[]): string {
  const scores = (list: unknown) => Array.isArray(list) && list.some((one: { score?: unknown }) => one.score != null)
  const scored = fields.filter((field) => field.quiz || scores(field.options) || scores(field.columns) || SCALES.has(field.type))
  return scored.map((field) => `SCORE(${field.id})`).join('+') || '0'
}

export function fieldsOfCombo(combo: Combo, types: FieldTypeInfo[], fields: readonly FormField[]): FormField[] {
  const used = fields.map((field) => field.id)
  return combo.parts.flatMap((part) => {
    const type = types.find((one) => one.id === part.type)
    if (!type) return []
    const field = { ...freshField(type, used, part.label), ...part.more, ...part.from?.(fields) } as FormField
    used.push(field.id)
    return [field]
  })
}
