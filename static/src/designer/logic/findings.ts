/** What can be wrong with rules and is seen without the server: circles, missing fields, rules that do nothing. */
import { leavesOf } from '@/conditions/tree'
import type { FormDocument, FormRule } from '../document'

export interface RuleFinding {
  rule: string
  code: 'circle' | 'gone' | 'nothing' | 'conflict'
  fields: string[]
}

export function checkRules(document: FormDocument): RuleFinding[] {
  const rules = document.rules ?? []
  const known = new Set(document.fields.map((field) => field.id))
  return rules.flatMap((rule): RuleFinding[] => {
    const asked = leavesOf(rule.when).map((leaf) => leaf.field)
    const touched = touchedBy(rule)
    const gone = [...asked, ...touched].filter((id) => id && !known.has(id))
    const both = (rule.show ?? []).filter((id) => rule.hide?.includes(id))
    return [
      ...(gone.length ? [{ rule: rule.id, code: 'gone' as const, fields: [...new Set(gone)] }] : []),
      ...(both.length ? [{ rule: rule.id, code: 'conflict' as const, fields: both }] : []),
      ...(touched.length ? [] : [{ rule: rule.id, code: 'nothing' as const, fields: [] }]),
    ]
  }).concat(circles(rules))
}

const touchedBy = (rule: FormRule) => [...(rule.show ?? []), ...(rule.hide ?? []), ...(rule.require ?? [])]

/** A field whose visibility depends, over any number of rules, on itself. */
function circles(rules: FormRule[]): RuleFinding[] {
  const next = new Map<string, Set<string>>()
  for (const rule of rules) {
    for (const leaf of leavesOf(rule.when)) {
      const reached = next.get(leaf.field) ?? new Set()
      for (const id of [...(rule.show ?? []), ...(rule.hide ?? [])]) reached.add(id)
      next.set(leaf.field, reached)
    }
  }
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    [...(next.get(from) ?? [])].some((id) => id === goal || (!seen.has(id) && reaches(id, goal, seen.add(id))))
  return rules.flatMap((rule) => {
    const looping = leavesOf(rule.when).map((leaf) => leaf.field).filter((id) => [...(rule.show ?? []), ...(rule.hide ?? [])].some((target) => target === id || reaches(target, id)))
    return looping.length ? [{ rule: rule.id, code: 'circle' as const, fields: [...new Set(looping)] }] : []
  })
}
