/**
 * Keeps drafts and their history on this device (IndexedDB, and until that has written, local storage), so that
 * closing or reloading the page loses nothing, not even what was done a moment before.
 */
import type { FormDocument } from './document'
import { redo, undo, type History, type Step } from './history'

export interface Kept {
  document: FormDocument
  history: History
  /** The server's revision that the document grew from. */
  rev: number
  /** Whether the server has the document. */
  isSaved: boolean
}
const NAME = 'formloom'
const STORE = 'drafts'
let opened: Promise<IDBDatabase | null> | null = null

function open(): Promise<IDBDatabase | null> {
  return (opened ??= new Promise((resolve) => {
    if (typeof indexedDB === 'undefined') return resolve(null)
    const request = indexedDB.open(NAME, 1)
    request.onupgradeneeded = () => request.result.createObjectStore(STORE)
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => resolve(null) // private mode: the server alone keeps the draft
  }))
}

/** Resolves once the work has reached the disk; to undefined where there is no database or it refuses. */
async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<{ result: T } | undefined> {
  const database = await open()
  if (!database) return undefined
  return new Promise((resolve) => {
    const transaction = database.transaction(STORE, mode)
    const request = work(transaction.objectStore(STORE))
    transaction.oncomplete = () => resolve({ result: request.result })
    transaction.onerror = transaction.onabort = () => resolve(undefined)
  })
}

/**
 * Keep a draft: in the database with its whole history, and until that is done as the last words beside it. Those are
 * written before this returns, so a page that is left within the same moment finds its last change again.
 */
export async function keep(id: string, kept: Kept): Promise<void> {
  const stamped = { ...kept, at: (lastAt = Math.max(Date.now(), lastAt + 1)) }
  sayLast(id, stamped)
  const isDone = await run('readwrite', (store) => store.put(JSON.parse(JSON.stringify(stamped)), id))
  if ((isDone || kept.isSaved) && lastWords(id)?.at === stamped.at) attempt(() => localStorage.removeItem(place(id)))
}

export async function kept(id: string): Promise<Kept | undefined> {
  const full = (await run('readonly', (store) => store.get(id)))?.result as Stamped | undefined
  return joined(full, lastWords(id))
}

type Stamped = Kept & { at?: number }
let lastAt = 0
const LAST_STEPS = 30
const place = (id: string) => `formloom.draft.${id}`

function sayLast(id: string, { history, ...rest }: Stamped): void {
  const write = (steps: number) => attempt(() => (localStorage.setItem(place(id), JSON.stringify({ ...rest, history: { done: history.done.slice(-steps), undone: history.undone.slice(-steps) } })), true))
  if (!write(LAST_STEPS)) write(1) // there is little room: the document counts, not the steps to it
}
function lastWords(id: string): Stamped | undefined {
  return attempt(() => JSON.parse(localStorage.getItem(place(id)) ?? 'null') as Stamped | null) ?? undefined
}
function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined // storage may be full, forbidden or broken
  }
}

/** The newer of the two; last words know only the last steps, those before them come from the whole history. */
export function joined(full: Stamped | undefined, last: Stamped | undefined): Kept | undefined {
  if (!full || !last) return last ?? full
  if ((last.at ?? 0) <= (full.at ?? 0)) return full
  const before = (older: Step[], newer: Step[]) => {
    const first = newer[0]
    const from = first ? older.findIndex((step) => step.at === first.at) : -1
    return from > 0 ? [...older.slice(0, from), ...newer] : newer
  }
  return { ...last, history: { done: before(full.history.done, last.history.done), undone: before(full.history.undone, last.history.undone) } }
}

const STEPS = 50
const sorted = (_key: string, value: unknown) => (typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value)

function isSame(one: FormDocument, other: FormDocument): boolean {
  return JSON.stringify(one, sorted) === JSON.stringify(other, sorted)
}

interface Here {
  document: FormDocument
  history: History
}
/**
 * Where in what was done here the server's document stands, some steps back or forward; null when it is not ours.
 * It is, where this device sent it on leaving the page, before it could hear the answer.
 */
export function reached(here: Here, theirs: FormDocument): Here | null {
  if (isSame(here.document, theirs)) return here
  return walk(here, theirs, undo, (history) => history.done.length) ?? walk(here, theirs, redo, (history) => history.undone.length)
}

function walk(here: Here, theirs: FormDocument, step: typeof undo, left: (history: History) => number): Here | null {
  let at = here
  for (let taken = 0; taken < STEPS && left(at.history); taken++) {
    at = step(at.document, at.history)
    if (isSame(at.document, theirs)) return at
  }
  return null
}
