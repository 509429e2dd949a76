/** What waits on this device to be sent, in IndexedDB: answers and their files, each under the key that makes a repeat harmless. */
import type { Answers } from './page'

export interface HeldFile {
  id: string
  field: string
  file: File
}
export interface Waiting {
  /** The key of the submission, the same however often it is sent. */
  key: string
  path: string
  answers: Answers
  files: HeldFile[]
  at: number
  tries: number
  /** Why it was refused; empty while it only waits for the net. */
  refused: string
}
export const MOST_WAITING = 50
export const MOST_BYTES = 40_000_000
const STORE = 'waiting'

export class Queue {
  private readonly opened: Promise<IDBDatabase>

  constructor(name = 'formloom-queue') {
    this.opened = new Promise((resolve, reject) => {
      const asked = indexedDB.open(name, 1)
      asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'key' })
      asked.onsuccess = () => resolve(asked.result)
      asked.onerror = () => reject(asked.error ?? new Error('closed'))
    })
    this.opened.catch(() => undefined)
  }

  /** Those of one form, oldest first. */
  async of(path: string): Promise<Waiting[]> {
    const all = await this.run<Waiting[]>('readonly', (store) => store.getAll())
    return all.filter((one) => one.path === path).sort((one, other) => one.at - other.at)
  }

  async put(one: Waiting): Promise<void> {
    await this.run('readwrite', (store) => store.put(one))
  }

  async remove(key: string): Promise<void> {
    await this.run('readwrite', (store) => store.delete(key))
  }

  private async run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest): Promise<T> {
    const database = await this.opened
    return new Promise((resolve, reject) => {
      const work = database.transaction(STORE, mode)
      const asked = act(work.objectStore(STORE))
      work.oncomplete = () => resolve(asked.result as T)
      work.onerror = work.onabort = () => reject(work.error ?? new Error('aborted'))
    })
  }
}
