/**
 * Sends one that waits: a fresh page gives the token and the task, files go first, and the submission carries its own
 * key. Whatever happens between, sending it again stores nothing twice.
 */
import type { Task } from './page'
import { solve } from './proof'
import { send, waitOf, type Problem } from './sending'
import type { Waiting } from './queue'

export type Delivered = { kind: 'stored' } | { kind: 'later'; after_s: number } | { kind: 'refused'; words: string }

interface Fresh {
  token: string
  proof: Task | null
}

export async function deliver(one: Waiting, locale: string, words: { changed: string }): Promise<Delivered> {
  const page = await fetch(`${one.path}?locale=${locale}`, { headers: { Accept: 'text/html' }, credentials: 'same-origin', cache: 'no-store' }).catch(() => null)
  if (!page || page.status >= 500) return { kind: 'later', after_s: 0 }
  const read = new DOMParser().parseFromString(await page.text(), 'text/html')
  const fresh = freshOf(read)
  const openedAt = Date.now()
  if (!fresh) return page.status === 429 ? laterOf(page) : { kind: 'refused', words: closedWords(read) }
  const solution = fresh.proof ? await solve(fresh.proof).catch(() => null) : null
  const ids = await upload(one, fresh.token)
  if (!(ids instanceof Map)) return ids
  await new Promise((resolve) => window.setTimeout(resolve, waitOf(openedAt, Date.now())))
  const outcome = await send(one.path, locale, { answers: withIds(one, ids), token: fresh.token, solution, trap: '', key: one.key })
  if (outcome.kind === 'stored') return { kind: 'stored' }
  if (outcome.kind === 'unreachable') return { kind: 'later', after_s: 0 }
  return judge(outcome.problem, words)
}

function judge(problem: Problem, words: { changed: string }): Delivered {
  if (problem.code === 'stored_before') return { kind: 'stored' }
  if (problem.status === 429) return { kind: 'later', after_s: 60 }
  if (['form_token', 'proof_of_work', 'too_fast'].includes(problem.code)) return { kind: 'later', after_s: 5 }
  const messages = problem.errors.map((one) => one.message).join(' · ')
  return { kind: 'refused', words: messages ? `${words.changed} ${messages}` : problem.detail }
}

function freshOf(read: Document): Fresh | null {
  const token = read.querySelector<HTMLInputElement>('[name=_token]')?.value
  const data = JSON.parse(read.getElementById('data')?.textContent ?? '{}') as { proof?: Task | null }
  return token ? { token, proof: data.proof ?? null } : null
}

function closedWords(read: Document): string {
  return ['.result h1', '.result .lead'].map((part) => read.querySelector(part)?.textContent?.trim()).filter(Boolean).join(' · ')
}

function laterOf(answer: Response): Delivered {
  return { kind: 'later', after_s: Number(answer.headers.get('Retry-After')) || 60 }
}

/** Upload the files; return the new id of each. */
async function upload(one: Waiting, token: string): Promise<Map<string, string> | Delivered> {
  const ids = new Map<string, string>()
  for (const held of one.files) {
    const body = new FormData()
    body.append('_token', token)
    body.append('field', held.field)
    body.append('file', held.file)
    const answer = await fetch(`${one.path}/files`, { method: 'POST', headers: { Accept: 'application/json' }, body, credentials: 'same-origin' }).catch(() => null)
    if (!answer || answer.status >= 500) return { kind: 'later', after_s: 0 }
    const told = (await answer.json().catch(() => ({}))) as { id?: string; detail?: string; errors?: { message: string }[] }
    if (answer.status === 429) return { kind: 'later', after_s: 60 }
    if (!told.id) return { kind: 'refused', words: `${held.file.name}: ${told.errors?.[0]?.message ?? told.detail ?? ''}` }
    ids.set(held.id, told.id)
  }
  return ids
}

function withIds(one: Waiting, ids: Map<string, string>): Waiting['answers'] {
  const replaced = (answer: unknown): unknown => (Array.isArray(answer) ? answer.map((part: unknown) => (typeof part === 'string' ? (ids.get(part) ?? part) : part)) : answer)
  return Object.fromEntries(Object.entries(one.answers).map(([id, answer]) => [id, replaced(answer)]))
}
