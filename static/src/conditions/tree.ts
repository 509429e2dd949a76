/** The condition tree as the builder edits it: groups of `all` or `any`, leaves, and the empty condition that always holds. */
import type { Condition, ConditionLeaf } from '@/api/types'

export interface Group {
  mode: 'all' | 'any'
  items: Condition[]
}

export function isLeaf(condition: Condition): condition is ConditionLeaf {
  return 'field' in condition
}
export function isGroup(condition: Condition): condition is { all: Condition[] } | { any: Condition[] } {
  return 'all' in condition || 'any' in condition
}

/** What the API can say and the builder doesn't make: that something does not hold. */
export function isDenied(condition: Condition): condition is { not: Condition } {
  return 'not' in condition
}

/** The condition as a group: a leaf becomes a group of one, the empty condition a group of none. */
export function groupOf(condition: Condition | undefined | null): Group {
  if (!condition || Object.keys(condition).length === 0) return { mode: 'all', items: [] }
  if ('all' in condition) return { mode: 'all', items: condition.all as Condition[] }
  if ('any' in condition) return { mode: 'any', items: condition.any as Condition[] }
  return { mode: 'all', items: [condition] }
}

export function conditionOf(group: Group): Condition {
  if (!group.items.length) return {}
  return group.mode === 'all' ? { all: group.items } : { any: group.items }
}

/** Every leaf, groups opened. */
export function leavesOf(condition: Condition): ConditionLeaf[] {
  if (isLeaf(condition)) return [condition]
  if ('not' in condition) return leavesOf(condition.not as Condition)
  return groupOf(condition).items.flatMap(leavesOf)
}
