/**
 * What was done, with what takes it back. A plain value: kept on this device, so that undo survives a reload.
 * Changes of the same property in quick succession (typing) are one step.
 */
import { apply, invert, type Command } from './commands/command'
import type { FormDocument } from './document'

export interface Step {
  command: Command
  inverse: Command
  /** What to call it, as a message key with its parameters. */
  label: string
  params?: Record<string, string>
  at: number
}
export interface History {
  done: Step[]
  undone: Step[]
}
export interface Changed {
  document: FormDocument
  history: History
}
export const MOST_STEPS = 500
const MERGE_MS = 1_200

export const emptyHistory = (): History => ({ done: [], undone: [] })

export function perform(document: FormDocument, history: History, command: Command, label: string, at: number, params?: Record<string, string>): Changed {
  const step: Step = { command, inverse: invert(document, command), label, params, at }
  const last = history.done.at(-1)
  const merges = last && history.undone.length === 0 && at - last.at < MERGE_MS && isSameProperty(last.command, command)
  const done = merges ? [...history.done.slice(0, -1), { ...step, inverse: last.inverse }] : [...history.done, step]
  return { document: apply(document, command), history: { done: done.slice(-MOST_STEPS), undone: [] } }
}

export function undo(document: FormDocument, history: History): Changed {
  const step = history.done.at(-1)
  if (!step) return { document, history }
  return { document: apply(document, step.inverse), history: { done: history.done.slice(0, -1), undone: [...history.undone, step] } }
}

export function redo(document: FormDocument, history: History): Changed {
  const step = history.undone.at(-1)
  if (!step) return { document, history }
  return { document: apply(document, step.command), history: { done: [...history.done, step], undone: history.undone.slice(0, -1) } }
}

function isSameProperty(a: Command, b: Command): boolean {
  const isText = (value: unknown) => typeof value === 'string' || typeof value === 'number'
  if (a.kind === 'batch' && b.kind === 'batch') return a.commands.length === b.commands.length && a.commands.every((one, at) => isSameProperty(one, b.commands[at] ?? one))
  return a.kind === 'set' && b.kind === 'set' && a.field === b.field && a.path.join('/') === b.path.join('/') && isText(a.value) && isText(b.value)
}
