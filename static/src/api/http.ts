/**
 * The only place that talks to the server. Paths are relative to `/api/v1`; answers are JSON; whatever is no
 * success is thrown as ApiProblem. Writes carry the session's CSRF token.
 */
import { ApiProblem, type FieldError } from './problem'

export type Query = Record<string, string | number | boolean | null | undefined>
export interface Options {
  /** The answer is a file, not text. */
  isFile?: boolean
  query?: Query
  /** The revision that the change is based on; a stale one is answered with 409. */
  ifMatch?: number | string
  /** Repeating a write under the same key does nothing twice. */
  idempotencyKey?: string
  signal?: AbortSignal
  /** Let the request outlive the page. */
  keepalive?: boolean
}

let csrfToken: string | null = null
let onSignedOut: () => void = () => undefined
let locale = 'zh-CN'

export function setCsrfToken(token: string | null): void {
  csrfToken = token
}
/** Call `listener` when the server no longer knows us. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener
}
export function setRequestLocale(value: string): void {
  locale = value
}

export function apiUrl(path: string, query?: Query): string {
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') text.set(name, String(value))
  }
  const tail = text.toString()
  return `/api/v1${path}${tail ? `?${tail}` : ''}`
}

function headers(options: Options, hasJson: boolean): Record<string, string> {
  const made: Record<string, string> = { Accept: 'application/json', 'Accept-Language': locale }
  if (hasJson) made['Content-Type'] = 'application/json'
  if (csrfToken) made['X-CSRF-Token'] = csrfToken
  if (options.ifMatch !== undefined) made['If-Match'] = `"${options.ifMatch}"`
  if (options.idempotencyKey) made['Idempotency-Key'] = options.idempotencyKey
  return made
}

async function request<T>(method: string, path: string, body: unknown, options: Options = {}): Promise<T> {
  const isForm = body instanceof FormData
  let answer: Response
  try {
    answer = await fetch(apiUrl(path, options.query), {
      method,
      headers: headers(options, body !== undefined && !isForm),
      body: body === undefined ? undefined : isForm ? body : JSON.stringify(body),
      credentials: 'same-origin',
      signal: options.signal,
      keepalive: options.keepalive,
    })
  } catch (caught) {
    if (caught instanceof DOMException && caught.name === 'AbortError') throw caught
    throw new ApiProblem(0, 'offline', 'offline', '')
  }
  if (answer.ok && options.isFile) return (await answer.blob()) as T
  const text = answer.status === 204 ? '' : await answer.text()
  if (answer.ok) return readJson(text) as T
  throw problemOf(answer.status, text, answer.headers.get('Retry-After'), path)
}

function readJson(text: string): unknown {
  if (!text) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function problemOf(status: number, text: string, retryAfter: string | null, path: string): ApiProblem {
  const read = readJson(text)
  const body = (typeof read === 'object' && read !== null ? read : {}) as Partial<Record<string, unknown>>
  const errors = Array.isArray(body.errors) ? (body.errors as FieldError[]) : []
  if (status === 401 && !path.startsWith('/session') && !path.startsWith('/setup')) onSignedOut()
  return new ApiProblem(
    status,
    String(body.code ?? `http_${status}`),
    String(body.title ?? ''),
    String(body.detail ?? ''),
    errors,
    retryAfter ? Number(retryAfter) : null,
    body.trace_id ? String(body.trace_id) : null,
    typeof body.position === 'number' ? body.position : null,
  )
}

/** Send a form with files; `progress` is called with the share that has left, 0 to 1. */
function upload<T>(path: string, form: FormData, progress?: (share: number) => void, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const wire = new XMLHttpRequest()
    wire.open('POST', apiUrl(path))
    for (const [name, value] of Object.entries(headers({}, false))) wire.setRequestHeader(name, value)
    wire.upload.onprogress = (event) => event.lengthComputable && progress?.(event.loaded / event.total)
    wire.onerror = () => reject(new ApiProblem(0, 'offline', 'offline', ''))
    wire.onabort = () => reject(new DOMException('aborted', 'AbortError'))
    wire.onload = () =>
      wire.status < 300
        ? resolve(readJson(wire.responseText) as T)
        : reject(problemOf(wire.status, wire.responseText, wire.getResponseHeader('Retry-After'), path))
    signal?.addEventListener('abort', () => wire.abort())
    wire.send(form)
  })
}

export const http = {
  get: <T>(path: string, options?: Options) => request<T>('GET', path, undefined, options),
  post: <T>(path: string, body: unknown = {}, options?: Options) => request<T>('POST', path, body, options),
  put: <T>(path: string, body: unknown, options?: Options) => request<T>('PUT', path, body, options),
  patch: <T>(path: string, body: unknown, options?: Options) => request<T>('PATCH', path, body, options),
  delete: <T = void>(path: string, options?: Options) => request<T>('DELETE', path, undefined, options),
  /** Ask for something that the answer is a file of. */
  file: (path: string, body: unknown) => request<Blob>('POST', path, body, { isFile: true }),
  upload,
}
