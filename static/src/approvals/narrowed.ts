/** The smallest change that leads from one document to another: the history keeps changes, and documents are long. */
import type { Set } from '@/designer/commands/set'

type Part = Record<string, unknown>
const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null

/** Documents that share what they have in common, as those made by `tree.ts` do. */
export function narrowed(before: unknown, after: unknown): Set | null {
  if (before === after) return null
  const path: string[] = []
  let [old, now] = [before, after]
  while (isPart(old) && isPart(now) && Array.isArray(old) === Array.isArray(now)) {
    const [was, is] = [old, now] as [Part, Part]
    const names = [...new Set([...Object.keys(was), ...Object.keys(is)])]
    const changed = names.filter((name) => was[name] !== is[name])
    const name = changed[0]
    const isOneOfList = !Array.isArray(old) || (old as unknown[]).length === (now as unknown as unknown[]).length
    if (changed.length !== 1 || name === undefined || !isOneOfList) break
    path.push(name)
    old = was[name]
    now = is[name]
  }
  return path.length ? { kind: 'set', path, value: now } : null
}
