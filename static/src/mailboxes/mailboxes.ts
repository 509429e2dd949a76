/** Mailboxes: their documents, what came in, and what became of each mail. */
import { apiUrl, http } from '@/api/http'
import type { FormField, L10n } from '@/api/types'
import type { DefinitionSummary } from '@/rules/rule'

export interface Server {
  host: string
  port: number
  security: 'tls' | 'starttls'
  user: string
  folder: string
  after: 'keep' | 'delete'
}
/** The parts of a mail that go into fields of a record, in the order of reading. */
export const PARTS = ['subject', 'text', 'from', 'name', 'files', 'at'] as const
export type Part = (typeof PARTS)[number]
export interface MailboxDocument {
  title: L10n
  form: string
  enabled?: boolean
  addresses: string[]
  /** Whether mails to `support+anything@…` come in too. */
  plus?: boolean
  server: Server | null
  fields: Partial<Record<Part, string | null>>
  values: Record<string, unknown>
  unmatched: 'create' | 'hold'
  /** Who is told of mails that wait. */
  tells?: { users?: string[]; roles?: string[]; departments?: string[]; mail?: boolean } | null
}
export const STATES = ['held', 'made', 'joined', 'unverified', 'bounced', 'dropped'] as const
export type State = (typeof STATES)[number]
export interface MailboxInfo {
  id: string
  key: string
  title: L10n
  published: boolean
  has_password: boolean
  checked_at: string | null
  error: { code: string; message: L10n } | null
  counts: Record<State, number>
}
export interface MailFile { name: string; size_bytes: number }
export interface MailRow {
  id: string
  at: string
  state: State
  cause: string | null
  from: string
  name: string | null
  subject: string
  preview: string
  is_automatic: boolean
  files: MailFile[]
  record: { form: string; id: string; title: string } | null
  findings: { field: string | null; code: string; message: L10n }[]
}
export interface MailDetail extends MailRow {
  text: string
  /** What it only repeats of other mails. */
  quoted?: string
  to: string[]
  message_id: string | null
  has_source: boolean
  /** Attachments that the field for files did not take; they stay with the mail. */
  left_out?: string[]
}
export type Checked = { ok: true; folders: string[]; messages: number } | { ok: false; code: string; message: L10n }

export const mailboxApi = {
  create: (app: string, document: MailboxDocument) => http.post<DefinitionSummary>(`/apps/${app}/definitions`, { kind: 'mailbox', key: `mailbox_${Date.now().toString(36)}`, document }),
  draft: (id: string) => http.get<{ document: MailboxDocument }>(`/definitions/${id}/draft`).then((answer) => complete(answer.document)),
  read: (id: string) => http.get<MailboxInfo>(`/mailboxes/${id}`),
  setPassword: (id: string, password: string) => http.put<undefined>(`/mailboxes/${id}/password`, { password }),
  removePassword: (id: string) => http.delete(`/mailboxes/${id}/password`),
  check: (id: string) => http.post<Checked>(`/mailboxes/${id}/check`, {}),
  messages: (id: string, state: State | '', cursor: string | null) => http.get<{ messages: MailRow[]; next: string | null }>(`/mailboxes/${id}/messages`, { query: { state, cursor } }),
  message: (id: string) => http.get<MailDetail>(`/messages/${id}`),
  letIn: (id: string, record: string | null) => http.post<MailRow>(`/messages/${id}/let-in`, { record }),
  drop: (id: string) => http.post<MailRow>(`/messages/${id}/drop`, {}),
  hold: (id: string) => http.post<MailRow>(`/messages/${id}/hold`, {}),
}
/** A document with what the server takes for granted where it says nothing. */
export function complete(document: Partial<MailboxDocument>): MailboxDocument {
  const server = document.server ? { ...freshServer(undefined), ...document.server } : null
  return { title: {}, form: '', addresses: [], fields: {}, values: {}, unmatched: 'create', ...document, server }
}
export const fileAddress = (message: string, number: number) => apiUrl(`/messages/${message}/files/${number}`)
export const sourceAddress = (message: string) => apiUrl(`/messages/${message}/source`)

/** Types of fields that hold a part, the one that is made for it first; a phone number never holds what a mail says. */
const FITTING: Record<Part, readonly string[]> = {
  subject: ['text', 'textarea', 'richtext'], text: ['textarea', 'text', 'richtext'], from: ['email', 'text'], name: ['text'], files: ['file', 'image'], at: ['datetime', 'date'],
}
/** The fields that can take a part of a mail, those made for it first; the one that does already is among them. */
export function fieldsFor(part: Part, fields: readonly FormField[], chosen?: string | null): FormField[] {
  const fit = fields.filter((field) => FITTING[part].includes(field.type) || field.id === chosen)
  return fit.sort((a, b) => FITTING[part].indexOf(a.type) - FITTING[part].indexOf(b.type))
}

/** What a new mailbox begins with: each part goes where it fits best, and no field takes two. */
export function freshMailbox(form: DefinitionSummary, fields: readonly FormField[], title: L10n): MailboxDocument {
  return { title, form: form.key, enabled: true, addresses: [], plus: false, server: null, fields: placed(fields), values: {}, unmatched: 'create' }
}
export function placed(fields: readonly FormField[]): MailboxDocument['fields'] {
  const taken = new Set<string>()
  const made: MailboxDocument['fields'] = {}
  for (const part of PARTS) {
    const best = part === 'at' || part === 'name' ? undefined : fieldsFor(part, fields).find((field) => !taken.has(field.id) && isBest(part, field))
    if (best) taken.add(best.id)
    made[part] = best?.id ?? null
  }
  return made
}
/** A plain text may be about anything: only the subject takes the first one. */
const isBest = (part: Part, field: FormField) => part === 'subject' || field.type === FITTING[part][0]

export const PORTS: Record<Server['security'], number> = { tls: 993, starttls: 143 }
export function freshServer(address: string | undefined): Server {
  return { host: address ? `imap.${address.split('@')[1] ?? ''}` : '', port: PORTS.tls, security: 'tls', user: address ?? '', folder: 'INBOX', after: 'keep' }
}
/** The other way to connect, on its usual port unless another one was chosen. */
export function secured(server: Server, security: Server['security']): Server {
  return { ...server, security, port: server.port === PORTS[server.security] ? PORTS[security] : server.port }
}
/** Addresses as they are typed or pasted: apart by commas, blanks or lines, each once, in small letters. */
export function addressesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;，；、]+/).map((one) => one.replace(/^<|>$/g, '').toLowerCase()).filter(Boolean))].slice(0, 20)
}
