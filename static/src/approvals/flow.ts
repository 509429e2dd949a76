/** An approval process as its designer sees it: a flow document whose nodes may wait for people. */
import type { Condition, L10n } from '@/api/types'

/** Whom a node means; one of the shapes that recipients have, or one that only processes know. */
export interface People {
  users?: string[]
  role?: string
  role_group?: string
  department?: string
  below?: boolean
  heads?: { department?: string; field?: string; initiator?: true }
  level?: number
  supervisor?: number
  supervisors?: { until_level?: number; until_role?: string }
  user_field?: string
  initiator?: true
  chosen?: true
  from?: People
  formula?: string
  [more: string]: unknown
}
export interface Branch {
  id: string
  title?: L10n
  /** Absent on the last one of a route, which takes what is left, and on parallel ways that are always walked. */
  when?: Condition
  nodes: FlowNode[]
}
export type Right = 'edit' | 'view' | 'hide'
export interface Timeout {
  after?: string
  field?: string
  calendar?: string
  remind_before?: string
  then: 'remind' | 'pass' | 'reject' | 'return' | 'escalate'
  to?: People[]
}
export interface FlowNode {
  id: string
  type: string
  title?: L10n
  assignees?: People[]
  mode?: 'any' | 'all' | 'sequential' | 'vote'
  percent?: number
  when_nobody?: 'pass' | 'reject' | 'administrators' | 'people'
  nobody_to?: People[]
  fields?: Record<string, Right>
  timeout?: Timeout
  when?: Condition
  then?: FlowNode[]
  else?: FlowNode[]
  /** What a wait does when it took too long, before it goes on. */
  late?: FlowNode[]
  branches?: Branch[]
  [setting: string]: unknown
}
export interface FlowOptions {
  withdraw?: 'before_first' | 'any' | 'never'
  same_person?: 'keep' | 'consecutive' | 'any'
  initiator_is_approver?: 'keep' | 'skip' | 'supervisor'
  urge_every?: string
}
export interface FlowDocument {
  title: L10n
  form: string
  face: 'approval'
  enabled?: boolean
  trigger: { type: string; [setting: string]: unknown }
  options?: FlowOptions
  nodes: FlowNode[]
  [more: string]: unknown
}

export function emptyProcess(form: string, title: L10n): FlowDocument {
  return {
    title, form, face: 'approval', enabled: true, trigger: { type: 'record_created' },
    options: { withdraw: 'before_first', same_person: 'consecutive', initiator_is_approver: 'keep' },
    nodes: [{ ...freshNode('approve', 'approve_1'), title: { 'zh-CN': '主管审批', en: 'Manager approves' }, assignees: [{ supervisor: 1 }] }],
  }
}

/** What a new node of a type starts with; `free` gives ids for the branches inside. */
export function freshNode(type: string, id: string, free: (base: string) => string = (base) => base): FlowNode {
  const branch = (more: object = {}): Branch => ({ id: free('way'), nodes: [], ...more })
  const starts: Record<string, () => object> = {
    approve: () => ({ assignees: [], mode: 'any', when_nobody: 'administrators', on_reject: 'end', return_to: 'any', after_return: 'again', actions: { transfer: true, add_sign: true, return: true }, comment: 'optional' }),
    fill: () => ({ assignees: [], mode: 'any', when_nobody: 'administrators' }),
    cc: () => ({ assignees: [] }),
    branch: () => ({ when: {}, then: [], else: [] }),
    route: () => ({ branches: [branch({ when: {} }), branch()] }),
    parallel: () => ({ branches: [branch(), branch()], join: 'all' }),
    subprocess: () => ({ flow: '', values: {}, wait: true }),
    delay: () => ({ after: 'P1D' }),
    end: () => ({ result: 'approved' }),
    set_fields: () => ({ values: {} }),
    create_record: () => ({ form: '', values: {} }),
    update_record: () => ({ form: '', match: {}, values: {} }),
    reply_mail: () => ({ template: null, to: { field: '' } }),
    notify: () => ({ to: { user_field: '' }, text: { 'zh-CN': '', en: '' } }),
    call_webhook: () => ({ url: '' }),
    add_comment: () => ({ text: { 'zh-CN': '', en: '' } }),
    assign: () => ({ rule: null }),
  }
  return { id, type, ...starts[type]?.() }
}
