/** What can be wrong with rules and is seen without the server: circles, missing fields, rules that do nothing, dead ends. */
import { leavesOf } from '@/conditions/tree'
import { fieldsOf } from '@/shared/conditions'
import type { FormDocument, FormRule } from '../document'
import { effectsOf, landings, leaptOver, placesOf, targetsOf } from './effects'

export interface RuleFinding {
  rule: string
  code: 'circle' | 'gone' | 'nothing' | 'conflict' | 'backward' | 'unreachable'
  fields: string[]
}

export function checkRules(document: FormDocument): RuleFinding[] {
  const { fields, rules = [] } = document
  const known = new Set(fields.map((field) => field.id))
  const found = (rule: FormRule, code: RuleFinding['code'], ids: string[]): RuleFinding[] => (ids.length ? [{ rule: rule.id, code, fields: [...new Set(ids)] }] : [])
  return rules.flatMap((rule): RuleFinding[] => {
    const asked = leavesOf(rule.when).map((leaf) => leaf.field)
    const to = rule.jump?.to
    const isBackward = to && known.has(to) && !landings(fields, rule.jump?.after ?? '').some((page) => page.id === to)
    return [
      ...found(rule, 'gone', [...asked, ...placesOf(rule)].filter((id) => id && !known.has(id))),
      ...found(rule, 'conflict', (rule.show ?? []).filter((id) => rule.hide?.includes(id))),
      ...found(rule, 'backward', isBackward ? [to] : []),
      ...(effectsOf(rule).length ? [] : [{ rule: rule.id, code: 'nothing' as const, fields: [] }]),
      ...found(rule, 'unreachable', Object.keys(rule.when).length ? [] : [...(rule.hide ?? []), ...leaptOver(fields, rule)]),
    ]
  }).concat(circles(document))
}

/** A field that, over any number of rules, waits for itself. */
function circles({ fields, rules = [] }: FormDocument): RuleFinding[] {
  const moves = (rule: FormRule) => [...targetsOf({ ...rule, require: [] }), ...leaptOver(fields, rule)]
  const asks = (rule: FormRule) => [...fieldsOf(rule.when), ...(rule.jump ? [rule.jump.after] : [])]
  const next = new Map<string, Set<string>>()
  for (const rule of rules) for (const id of asks(rule)) next.set(id, new Set([...(next.get(id) ?? []), ...moves(rule)]))
  const reaches = (from: string, goal: string, seen = new Set<string>()): boolean =>
    [...(next.get(from) ?? [])].some((id) => id === goal || (!seen.has(id) && reaches(id, goal, seen.add(id))))
  return rules.flatMap((rule) => {
    const looping = asks(rule).filter((id) => moves(rule).some((target) => target === id || reaches(target, id)))
    return looping.length ? [{ rule: rule.id, code: 'circle' as const, fields: [...new Set(looping)] }] : []
  })
}
