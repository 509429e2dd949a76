/** A rule as the builder sees it: one flow document with a trigger and, mostly, one branch at its head. */
import { http } from '@/api/http'
import type { Condition, FormField, L10n } from '@/api/types'

export interface RuleNode {
  id: string
  type: string
  when?: Condition
  then?: RuleNode[]
  else?: RuleNode[]
  /** What is done when a wait took as long as it may. */
  late?: RuleNode[]
  /** What a loop does for each. */
  nodes?: RuleNode[]
  branches?: { id: string; when?: Condition; nodes?: RuleNode[] }[]
  [setting: string]: unknown
}
export interface Trigger {
  type: string
  fields?: string[]
  field?: string
  [setting: string]: unknown
}
export interface RuleDocument {
  title: L10n
  form: string
  /** How it is drawn and edited: as the tree of an approval process, else as a rule. */
  face?: 'rule' | 'approval'
  enabled?: boolean
  /** How often it may run within a time. */
  limit?: { runs: number; per: string }
  trigger: Trigger
  nodes: RuleNode[]
}
export interface DefinitionSummary {
  id: string
  key: string
  kind: string
  title: L10n
  version: number | null
  has_changes: boolean
}
export interface Finding {
  field: string | null
  message: string
  severity: 'error' | 'warning'
}
export interface RuleDraft extends DefinitionSummary {
  rev: number
  document: RuleDocument
  findings: Finding[]
  saved_at: string
}
export interface Why {
  field: string
  op: string
  value: unknown
  actual: unknown
  result: boolean
  /** A value is left out because the reader may not see it. */
  hidden?: boolean
}
export interface TraceLine {
  node: string
  type: string
  result: 'matched' | 'unmatched' | 'done' | 'failed' | 'skipped' | 'waiting'
  why: Why[]
  output: Record<string, unknown>
  error: L10n | null
  /** What an action was given, cut to size; `hidden` where the reader does not see all of it. */
  input?: { given: Record<string, unknown>; hidden?: boolean }
  /** What the loop around it stood at. */
  item?: unknown
}
export interface Run {
  id: string
  state: 'done' | 'skipped' | 'failed' | 'partial' | 'running'
  record_id: string | null
  record_title: string | null
  at: string
  took_ms: number | null
  version: number
  summary: L10n
  trace: TraceLine[]
  /** The run that it repeats from some step on. */
  replay_of?: string | null
}
/** What a replay would do; `again` are the steps that the old run did already. */
export interface Replay {
  version: number
  again: { node: string; type: string; leaves_house: boolean }[]
  trace: TraceLine[]
}
export interface FormInfo {
  id: string
  key: string
  title: L10n
  document: { fields: FormField[] }
}

export const ruleApi = {
  list: (app: string, kind: string) => http.get<{ definitions: DefinitionSummary[] }>(`/apps/${app}/definitions`, { query: { kind } }).then((answer) => answer.definitions),
  draft: (id: string) => http.get<RuleDraft>(`/definitions/${id}/draft`),
  save: (id: string, document: RuleDocument, rev: number) => http.put<{ rev: number; saved_at: string; findings: Finding[] }>(`/definitions/${id}/draft`, { document }, { ifMatch: rev }),
  publish: (id: string) => http.post<{ version: number }>(`/definitions/${id}/publish`, {}),
  create: (app: string, key: string, document: Omit<RuleDocument, 'nodes'> & { nodes: object[] }) => http.post<DefinitionSummary>(`/apps/${app}/definitions`, { kind: 'flow', key, document }),
  runs: (id: string, state = '', cursor = '') => http.get<{ runs: Run[]; next: string | null }>(`/flows/${id}/runs`, { query: { state, cursor } }),
  replayPreview: (id: string, run: string, at: number, values: object) => http.post<Replay>(`/flows/${id}/runs/${run}/replay/preview`, { at, values }),
  replay: (id: string, run: string, at: number, values: object, again: string[]) => http.post<Run>(`/flows/${id}/runs/${run}/replay`, { at, values, again }),
  simulate: (id: string, record: string) => http.post<{ would_run: boolean; trace: TraceLine[] }>(`/flows/${id}/simulate`, { record }),
  form: (app: string, key: string) => http.get<FormInfo>(`/forms/${app}.${key}`),
  times: (app: string, trigger: Trigger) => http.post<{ times: string[]; timezone: string }>(`/apps/${app}/schedule`, { trigger }),
  records: (form: string) => http.get<{ records: { id: string; values: Record<string, unknown> }[] }>(`/forms/${form}/records`, { query: { limit: 20 } }).then((answer) => answer.records),
}

/** The branch that the builder edits; a document without one gets it around its actions. */
export function headOf(document: RuleDocument): RuleNode {
  const [first] = document.nodes
  return document.nodes.length === 1 && first?.type === 'branch' ? first : { id: 'if', type: 'branch', when: {}, then: document.nodes, else: [] }
}
/** Whether the rule is more than one branch: then further nodes are shown after it, in order. */
export const isPlain = (document: RuleDocument) => document.nodes.length <= 1

/** Every action of the document with its branch's way, in order of writing. */
export function withHead(document: RuleDocument, head: RuleNode): RuleDocument {
  return { ...document, nodes: [head] }
}
export function freshId(nodes: readonly RuleNode[]): string {
  const taken = new Set<string>()
  const walk = (list: readonly RuleNode[]): void => list.forEach((node) => {
    taken.add(node.id)
    node.branches?.forEach((branch) => taken.add(branch.id))
    ;[node.then, node.else, node.late, node.nodes, ...(node.branches ?? []).map((branch) => branch.nodes)].forEach((inner) => walk(inner ?? []))
  })
  walk(nodes)
  let number = 1
  while (taken.has(`a${number}`)) number += 1
  return `a${number}`
}
export function emptyRule(form: string, title: L10n): RuleDocument {
  return { title, form, enabled: true, trigger: { type: 'record_created' }, nodes: [{ id: 'if', type: 'branch', when: {}, then: [], else: [] }] }
}
/** What a new action of a type starts with. */
export function freshAction(type: string, id: string): RuleNode {
  const starts: Record<string, object> = {
    set_fields: { values: {} },
    create_record: { form: '', values: {} },
    update_record: { form: '', match: {}, values: {} },
    reply_mail: { template: null, to: { field: '' } },
    notify: { to: { user_field: '' }, text: { 'zh-CN': '', en: '' } },
    call_webhook: { url: '' },
    add_comment: { text: { 'zh-CN': '', en: '' } },
    assign: { rule: null },
    query_records: { form: '', filter: {}, name: 'found' },
    upsert_record: { form: '', match: {}, values: {} },
    delete_record: { form: '', match: {} },
    for_each: { of: { var: '' }, nodes: [] },
    wait_until: { when: {} },
    formula: { name: 'result', formula: '' },
    add_tag: { field: '', add: [] },
    branch: { when: {}, then: [], else: [] },
    route: { branches: [{ id: `${id}_1`, when: {}, nodes: [] }, { id: `${id}_2`, nodes: [] }] },
    parallel: { branches: [{ id: `${id}_1`, nodes: [] }, { id: `${id}_2`, nodes: [] }], join: 'all' },
    delay: { after: 'P1D' },
    subprocess: { flow: '', values: {}, wait: false },
  }
  return { id, type, ...starts[type] }
}
