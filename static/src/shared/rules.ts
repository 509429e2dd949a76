/**
 * What a form's rules show, hide and require: the twin of `FormVersion.visible` and `FormVersion.required` on the
 * server, which has the last word. `tests/shared/rules.json` is run by both.
 *
 * A field named in a `show` is hidden unless one of those rules matches; `hide` wins over `show`; a hidden section
 * takes the fields below it along, a hidden page also the sections on it; `require` counts for visible fields only. Values of hidden fields count as
 * missing in every other rule, so the rules are read until nothing changes.
 */
import type { Condition } from '@/api/types'
import { compile, fieldsOf, type Kind, type Kinds, type Setting, type Values } from './conditions'

/** What the rules need to know of a field. */
export interface RuleField {
  id: string
  /** What its value compares as; null for fields without a value. */
  kind: Kind | null
  required?: boolean
  opens_section?: boolean
  /** A section that takes along everything up to the next page. */
  opens_page?: boolean
}
export interface Rule {
  when: Condition
  show?: string[]
  hide?: string[]
  require?: string[]
}
export interface Seen {
  visible: ReadonlySet<string>
  required: ReadonlySet<string>
}

/** Return the function that tells, from values by field id, what is visible and what is required. */
export function compileRules(fields: readonly RuleField[], rules: readonly Rule[], setting: Setting = {}): (values: Values) => Seen {
  const kinds: Kinds = Object.fromEntries(fields.map((field) => [field.id, field.kind]))
  const tests = rules.map((rule) => ({ ...rule, holds: compile(rule.when, kinds, setting) }))
  const below = sectionsOf(fields)
  const everything = fields.map((field) => field.id)
  const wanted = fields.filter((field) => field.required && field.kind !== null).map((field) => field.id)
  const shownByRule = rules.flatMap((rule) => rule.show ?? [])
  const hideable = new Set(rules.flatMap((rule) => [...(rule.show ?? []), ...(rule.hide ?? [])]).flatMap((id) => [id, ...(below.get(id) ?? [])]))
  const settled = !rules.some((rule) => fieldsOf(rule.when).some((id) => hideable.has(id)))

  function once(values: Values): Seen {
    const matching = tests.filter((rule) => rule.holds(values))
    const shown = new Set(matching.flatMap((rule) => rule.show ?? []))
    const hidden = new Set([...matching.flatMap((rule) => rule.hide ?? []), ...shownByRule.filter((id) => !shown.has(id))])
    for (const [section, inside] of below) if (hidden.has(section)) inside.forEach((id) => hidden.add(id))
    const visible = new Set(everything.filter((id) => !hidden.has(id)))
    const required = [...wanted, ...matching.flatMap((rule) => rule.require ?? [])]
    return { visible, required: new Set(required.filter((id) => visible.has(id))) }
  }

  return (values) => {
    let seen = once(values)
    if (settled) return seen
    for (let round = 0; round < rules.length; round += 1) {
      const { visible } = seen
      const again = once(Object.fromEntries(Object.entries(values).filter(([id]) => visible.has(id))))
      if (equal(again.visible, visible) && equal(again.required, seen.required)) break
      seen = again
    }
    return seen
  }
}

function sectionsOf(fields: readonly RuleField[]): Map<string, string[]> {
  const found = new Map<string, string[]>()
  let page: string[] = []
  let section: string[] = []
  for (const field of fields) {
    if (field.opens_page) {
      found.set(field.id, (page = section = []))
      continue
    }
    page.push(field.id)
    if (field.opens_section) found.set(field.id, (section = []))
    else if (section !== page) section.push(field.id)
  }
  return found
}

function equal(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one))
}
