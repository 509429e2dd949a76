/**
 * The proof of work, by the ALTCHA protocol: find the counter whose derived key begins with the asked prefix. The
 * browser's own cryptography does the work beside the page, so typing is never held up.
 */
import type { Task } from './page'

/** Return the solution as the server takes it, or null where the browser offers no cryptography (plain http). */
export async function solve(task: Task, signal?: AbortSignal): Promise<string | null> {
  const subtle = globalThis.crypto?.subtle
  const { algorithm, cost, keyLength, keyPrefix, nonce, salt } = task.parameters
  if (!subtle || algorithm !== 'PBKDF2/SHA-256') return null
  const started = performance.now()
  const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0])
  const counterAt = new DataView(password.buffer, password.length - 4)
  for (let counter = 0; counter <= 0xffffffff && !signal?.aborted; counter += 1) {
    counterAt.setUint32(0, counter)
    const base = await subtle.importKey('raw', password, 'PBKDF2', false, ['deriveBits'])
    const derived = await subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-256', salt: bytes(salt), iterations: cost }, base, keyLength * 8)
    const derivedKey = hex(new Uint8Array(derived))
    if (!derivedKey.startsWith(keyPrefix)) continue
    return btoa(JSON.stringify({ challenge: task, solution: { counter, derivedKey, time: Math.round(performance.now() - started) } }))
  }
  return null
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array((text.match(/../g) ?? []).map((pair) => parseInt(pair, 16)))
}

function hex(found: Uint8Array): string {
  return [...found].map((one) => one.toString(16).padStart(2, '0')).join('')
}
