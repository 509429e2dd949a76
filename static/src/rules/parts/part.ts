/**
 * Documents that an action names and that are made and changed where they are used: assignment rules and message
 * templates. They keep a draft of their own and go public together with the rule.
 */
import { http } from '@/api/http'
import type { Condition, FormField, L10n } from '@/api/types'
import { ruleApi, type DefinitionSummary, type RuleDocument, type RuleNode } from '../rule'
import { waysOf } from '../scope'

export type PartKind = 'assignment_rule' | 'message_template'
export interface MessageTemplate {
  title: L10n
  channel: 'mail'
  subject: L10n
  body: L10n
}
export interface RequiredSkill {
  skill?: string | null
  field?: string | null
  level?: number
}
export interface PoolFilters {
  skills?: RequiredSkill[]
  territory?: string | null
  leave?: 'skip' | 'delegate' | 'ignore'
  shift?: boolean
}
export interface Pool {
  id?: string
  when?: Condition
  candidates?: { users?: string[]; roles?: string[]; departments?: string[] }
  strategy: string
  filters?: PoolFilters
  by_value?: { field: string; map: Record<string, string> } | null
  weights?: { by?: 'map' | 'capacity'; map?: Record<string, number> } | null
  sticky?: { field?: string } | null
  manager?: { field?: string; level?: number } | null
  claim?: { minutes?: number | null } | null
  calendar?: string | null
  max_open?: number | null
  open?: Condition
}
export interface AssignmentRule {
  title: L10n
  form: string
  field: string
  pools: Pool[]
  fallback?: { role?: string; user?: string } | null
  /** Who is told when nobody can be given a record. */
  alert?: { users?: string[]; roles?: string[]; departments?: string[]; mail?: boolean } | null
}
export type PartDocument = MessageTemplate | AssignmentRule

export const partApi = {
  create: (app: string, kind: PartKind, document: PartDocument) => http.post<DefinitionSummary>(`/apps/${app}/definitions`, { kind, key: `${kind === 'assignment_rule' ? 'assign' : 'mail'}_${Date.now().toString(36)}`, document }),
}
const WORDS: Record<'template' | 'subject' | 'body' | 'assignment', L10n> = {
  template: { 'zh-CN': '新邮件', en: 'New mail' },
  subject: { 'zh-CN': '我们已收到', en: 'We have your answer' },
  body: { 'zh-CN': '您好：\n\n谢谢，我们已收到，会尽快与您联系。', en: 'Hello,\n\nthank you, we have your answer and will be in touch.' },
  assignment: { 'zh-CN': '新派单规则', en: 'New assignment rule' },
}
export const freshPool = (): Pool => ({ when: {}, candidates: { users: [], roles: [], departments: [] }, strategy: 'round_robin' })

/** What a new part says; null when the form has no field to assign to. */
export function freshPart(kind: PartKind, form: string, fields: FormField[]): PartDocument | null {
  if (kind === 'message_template') return { title: WORDS.template, channel: 'mail', subject: WORDS.subject, body: WORDS.body }
  const field = fields.find((one) => one.type === 'user')
  return field ? { title: WORDS.assignment, form, field: field.id, pools: [freshPool()], fallback: null } : null
}

/** Publish what the rule names and what is not public yet, before the rule itself. */
export async function publishParts(app: string, document: RuleDocument): Promise<void> {
  const named = new Set<string>()
  const walk = (nodes: RuleNode[]) => nodes.forEach((node) => {
    for (const key of [node.rule, node.template]) if (typeof key === 'string') named.add(key)
    waysOf(node).forEach(walk)
  })
  walk(document.nodes)
  if (!named.size) return
  const kinds: PartKind[] = ['assignment_rule', 'message_template']
  const known = (await Promise.all(kinds.map((kind) => ruleApi.list(app, kind)))).flat()
  for (const part of known) if (named.has(part.key) && (part.version === null || part.has_changes)) await ruleApi.publish(part.id)
}
