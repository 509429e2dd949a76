/** How nodes look: the colour of their sign, and the words under their title. */
import type { FormField, OptionColour } from '@/api/types'
import { describe, durationWords } from '@/conditions/words'
import { resolve, t } from '@/i18n'
import type { Branch, FlowNode } from './flow'
import { peopleWords } from './people'

const COLOURS: Record<string, OptionColour> = { approve: 'orange', fill: 'teal', cc: 'violet', route: 'grey', branch: 'grey', parallel: 'grey', subprocess: 'pink', delay: 'amber', wait_until: 'amber', end: 'green', notify: 'blue', reply_mail: 'blue', call_webhook: 'blue' }
export const colourOfType = (type: string): OptionColour => COLOURS[type] ?? 'indigo'

const dot = (parts: (string | false | undefined)[]) => parts.filter(Boolean).join(' · ')

/** The line under the title. */
export function sentenceOf(node: FlowNode, fields: FormField[], flowTitle?: (key: string) => string): string {
  const who = (node.assignees ?? []).map((one) => peopleWords(one, fields)).join(t('approvals.and'))
  switch (node.type) {
    case 'approve':
    case 'fill':
      return dot([who || t('approvals.nobodyYet'), node.mode && ((node.assignees?.length ?? 0) > 0 || node.mode !== 'any') && modeWords(node), node.timeout && timeoutWords(node)])
    case 'cc':
      return who || t('approvals.nobodyYet')
    case 'delay':
      return node.field ? t('approvals.untilField', { field: nameOfField(String(node.field), fields) }) : t('approvals.waits', { time: durationWords(String(node.after ?? '')) ?? '…' })
    case 'wait_until':
      return node.after ? t('approvals.waitsAtMost', { time: durationWords(String(node.after)) ?? '…' }) : describe(node.when, fields).map((part) => part.text).join(' ')
    case 'subprocess':
      return dot([node.flow ? (flowTitle?.(String(node.flow)) ?? String(node.flow)) : t('approvals.noFlowYet'), t(node.wait === false ? 'approvals.goesOn' : 'approvals.waitsForIt')])
    case 'end':
      return t(`approvals.result.${String(node.result ?? 'approved')}`)
    case 'set_fields':
      return Object.keys((node.values ?? {}) as object).map((id) => nameOfField(id, fields)).join(t('approvals.and'))
    case 'call_webhook':
      return String(node.url ?? '')
    case 'notify':
    case 'add_comment':
      return resolve(node.text as FlowNode['title'])
    default:
      return ''
  }
}
export const nameOfField = (id: string, fields: FormField[]): string => resolve(fields.find((field) => field.id === id)?.label) || id
export const modeWords = (node: FlowNode): string => (node.mode === 'vote' ? t('approvals.modeWords.vote', { n: node.percent ?? 50 }) : t(`approvals.modeWords.${node.mode ?? 'any'}`))
const timeoutWords = (node: FlowNode): string => {
  const { after, field, then } = node.timeout ?? { then: 'remind' }
  return t('approvals.timeoutWords', { time: field ? '…' : (durationWords(after ?? '') ?? '…'), what: t(`approvals.thenWords.${then}`) })
}
/** What a way of a route asks, in words; nothing for the one that is left over. */
export function branchWords(branch: Branch, fields: FormField[]): string {
  if (branch.when === undefined) return t('approvals.otherwise')
  const parts = describe(branch.when, fields)
  return parts.length ? parts.map((part) => part.text).join(' ') : t('approvals.noCondition')
}
