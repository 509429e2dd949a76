/** Short messages bottom left, two at most. Say what happened; where it can be undone, offer that for ten seconds. */
import { ref } from 'vue'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'error'
  action?: { label: string; run: () => void }
}
export const toasts = ref<Toast[]>([])
const LIFE_MS = { done: 5_000, withAction: 10_000, error: 8_000 }
let last = 0

export function toast(text: string, options: { kind?: Toast['kind']; action?: Toast['action'] } = {}): number {
  const made: Toast = { id: ++last, text, kind: options.kind ?? 'done', action: options.action }
  toasts.value = [...toasts.value, made].slice(-2)
  window.setTimeout(() => dismiss(made.id), options.action ? LIFE_MS.withAction : LIFE_MS[made.kind])
  return made.id
}

export function toastError(text: string, action?: Toast['action']): number {
  return toast(text, { kind: 'error', action })
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((one) => one.id !== id)
}
