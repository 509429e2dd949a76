/** Keeps drafts and their history on this device (IndexedDB), written at once, so that closing the tab loses nothing. */
import type { FormDocument } from './document'
import { redo, undo, type History } from './history'

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

async function run<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T | undefined> {
  const database = await open()
  if (!database) return undefined
  return new Promise((resolve) => {
    const request = work(database.transaction(STORE, mode).objectStore(STORE))
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => resolve(undefined)
  })
}

export function keep(id: string, kept: Kept): Promise<unknown> {
  return run('readwrite', (store) => store.put(JSON.parse(JSON.stringify(kept)), id))
}

export async function kept(id: string): Promise<Kept | undefined> {
  return (await run('readonly', (store) => store.get(id))) as Kept | undefined
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
