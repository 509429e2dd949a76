/** What waits for people, as the server tells it, and what they can answer. */
import { ref } from 'vue'
import type { FlowDocument } from '@/approvals/flow'
import { http } from '@/api/http'
import type { FormField, L10n } from '@/api/types'
import type { FileValue } from '@/records/types'
import type { Rule } from '@/shared/rules'

export const BOXES = ['todo', 'started', 'done', 'cc'] as const
export type Box = (typeof BOXES)[number]
export interface Person {
  id: string
  name: string
}
export interface SummaryLine {
  field?: string
  label: L10n | string
  text?: string
  type?: string
  value?: unknown
}
export type ProcessState = 'running' | 'approved' | 'rejected' | 'withdrawn' | 'cancelled'
export interface TaskRow {
  id: string
  process: string
  node: string | null
  node_title: L10n | null
  flow: { id: string; title: L10n }
  app: { key: string; title: L10n } | null
  form: string | null
  record: string
  record_title: string | null
  initiator: Person | null
  kind: 'approve' | 'fill' | 'cc' | 'start' | 'process'
  state: string
  process_state: ProcessState
  created_at: string
  due_at: string | null
  done_at: string | null
  is_late: boolean
  summary: SummaryLine[]
  batch: boolean
}
export interface LogLine {
  at: string
  who: Person | null
  node: string | null
  node_title: L10n | null
  did: string
  comment?: string | null
  signature?: string | null
  attachments?: FileValue[]
  to?: Person[]
  why?: string | L10n | null
  target?: L10n | null
  on_behalf_of?: Person | null
}
export interface PictureNode {
  id: string
  state: 'done' | 'current' | 'ahead' | 'skipped' | 'rejected'
  people: (Person & { state: string; at: string | null; task?: string })[]
}
export interface Story {
  process: string
  log: LogLine[]
  document: Pick<FlowDocument, 'nodes' | 'title'>
  picture: { nodes: PictureNode[] }
}
export interface ChosenAsk {
  node: string
  title: L10n
  from?: Person[] | null
}
export interface TaskDetail extends TaskRow, Story {
  values: Record<string, unknown>
  fields: Record<string, 'edit' | 'view'>
  actions: string[]
  return_targets: { node: string; title: L10n }[]
  after_return: 'ask' | 'again' | 'direct'
  comment: 'optional' | 'required' | 'off'
  signature: 'off' | 'optional' | 'required'
  draft?: { comment: string | null; signature: string | null; attachments: FileValue[] }
  record_exists?: boolean
  /** The form as this task may show it, where it says so itself. */
  form_document?: { fields: FormField[]; rules?: Rule[] }
  /** People that the initiator has to choose before the process begins. */
  chosen?: ChosenAsk[]
}
export interface ProcessDetail extends TaskRow, Story {
  version: number
  actions: string[]
  started_at: string
  ended_at: string | null
}
export interface AnswerBody {
  comment?: string
  signature?: string | null
  attachments?: string[]
  values?: Record<string, unknown>
  to?: string[]
  position?: 'before' | 'after' | 'parallel'
  node?: string
  then?: 'again' | 'direct'
  chosen?: Record<string, string[]>
}
export interface TaskPage {
  tasks: TaskRow[]
  next: string | null
  counts: { todo: number; cc: number }
}

export const waiting = ref({ todo: 0, cc: 0 })
export const taskApi = {
  box: (box: Box, query: { app?: string; q?: string; cursor?: string | null }) => http.get<TaskPage>('/tasks', { query: { box, ...query } }),
  read: (id: string) => http.get<TaskDetail>(`/tasks/${id}`),
  answer: (id: string, action: string, body: AnswerBody) => http.post<{ process_state: ProcessState | null; can_take_back: boolean }>(`/tasks/${id}/${action}`, body),
  takeBack: (id: string) => http.post(`/tasks/${id}/take_back`, {}),
  batch: (ids: string[], action: 'approve' | 'reject', comment?: string) => http.post<{ results: { id: string; status: number; message?: string }[] }>('/tasks/batch', { ids, action, ...(comment && { comment }) }),
  process: (id: string) => http.get<ProcessDetail>(`/processes/${id}`),
  act: (id: string, action: string, body: { comment?: string; node?: string; task?: string; to?: string }) => http.post(`/processes/${id}/${action}`, body),
  ofRecord: (form: string, record: string) => http.get<{ processes: ProcessDetail[] }>(`/forms/${form}/records/${record}/processes`).then((answer) => answer.processes),
}
export async function refreshWaiting(): Promise<void> {
  const answer = await http.get<{ counts: { todo: number; cc: number } }>('/tasks/counts').catch(() => null)
  if (answer) waiting.value = answer.counts
}

/** Colours of states; the word always stands beside the dot. */
const STATE_COLOURS: Record<string, string> = { open: 'indigo', running: 'indigo', approved: 'green', submitted: 'green', rejected: 'red', returned: 'amber', transferred: 'grey', cancelled: 'grey', withdrawn: 'grey', waiting: 'grey', read: 'grey' }
export const colourOfState = (state: string): string => STATE_COLOURS[state] ?? 'grey'
export function isOverdue(row: TaskRow): boolean {
  return row.is_late
}
