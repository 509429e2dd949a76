/**
 * What was typed, kept on this device until it is sent: closing the page, a crash or a dead network lose nothing.
 * Files are not kept. A submission whose answer never came is kept with its own token, so that sending it again
 * can't store it twice.
 */
import type { Answers } from './page'

export interface Pending {
  token: string
  solution: string | null
}
export interface Draft {
  answers: Answers
  at: number
  pending?: Pending
}
const LIFE_MS = 14 * 86_400_000

export class Drafts {
  constructor(
    private readonly name: string,
    private readonly store: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'> | null,
    private readonly now: () => number = Date.now,
  ) {}

  read(): Draft | null {
    const text = this.attempt(() => this.store?.getItem(this.name))
    if (!text) return null
    const found = this.attempt(() => JSON.parse(text) as Draft)
    if (!found || typeof found.at !== 'number' || typeof found.answers !== 'object' || this.now() - found.at > LIFE_MS) {
      this.clear()
      return null
    }
    return found
  }

  /** Keep the answers; tell whether this device could. */
  keep(answers: Answers, pending?: Pending): boolean {
    if (!this.store) return false
    const draft: Draft = { answers, at: this.now(), ...(pending ? { pending } : {}) }
    return this.attempt(() => (this.store?.setItem(this.name, JSON.stringify(draft)), true)) ?? false
  }

  clear(): void {
    this.attempt(() => this.store?.removeItem(this.name))
  }

  /** Storage may be full, forbidden or broken; then there is no draft, and nothing else changes. */
  private attempt<T>(act: () => T): T | null {
    try {
      return act()
    } catch {
      return null
    }
  }
}

export function deviceStore(): Storage | null {
  try {
    return window.localStorage
  } catch {
    return null
  }
}
