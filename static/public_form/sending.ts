/**
 * Sends a page once, however often it is asked to. The token makes a repetition harmless: the server answers it with
 * the first receipt. So whatever is unclear (no answer, a dead network) is simply sent again with the same token.
 */
import type { Answers } from './page'

export interface Submission {
  answers: Answers
  token: string
  solution: string | null
  ref?: string
  /** Leads to unfinished answers on the server, which are forgotten with this. */
  draft?: string
  trap: string
  carried?: string
  /** The key under which a device kept the answers. */
  key?: string
}
export interface Problem {
  status: number
  code: string
  detail: string
  errors: { field: string | null; code: string; message: string }[]
}
export type Outcome = { kind: 'stored'; url: string } | { kind: 'refused'; problem: Problem } | { kind: 'unreachable' }

export async function send(path: string, locale: string, submission: Submission, fetcher: typeof fetch = fetch): Promise<Outcome> {
  let answer: Response
  try {
    answer = await fetcher(`${path}?locale=${locale}${submission.carried ?? ''}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({
        values: submission.answers,
        form_token: submission.token,
        ...(submission.solution ? { script: true, proof: submission.solution } : {}),
        ...(submission.ref ? { ref: submission.ref } : {}),
        ...(submission.draft ? { draft: submission.draft } : {}),
        ...(submission.trap ? { trap: submission.trap } : {}),
        ...(submission.key ? { key: submission.key } : {}),
        locale,
      }),
      credentials: 'same-origin',
    })
  } catch {
    return { kind: 'unreachable' }
  }
  const body = (await answer.json().catch(() => null)) as (Problem & { url?: string }) | null
  if (answer.status === 201 && body?.url) return { kind: 'stored', url: body.url }
  if (!body || answer.status >= 502) return { kind: 'unreachable' }
  return { kind: 'refused', problem: { status: answer.status, code: body.code, detail: body.detail, errors: body.errors ?? [] } }
}

/** How long to wait until the page has been open long enough for the server to believe in a person. */
export function waitOf(openedAt: number, now: number, least = 3_100): number {
  return Math.max(0, openedAt + least - now)
}
