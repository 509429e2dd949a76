/**
 * What a form's rules show, hide, require, lock, set, offer and leap over: the twin of `platform/definitions/logic` on
 * the server, which has the last word and whose `judging.py` states the law. `tests/shared/rules.json` is run by both.
 *
 * Made to be asked at every keystroke: a rule is read again only when a value that it names has changed, and while no
 * rule begins or ceases to hold, the answer has the very same sets as before.
 */
import type { Condition } from '@/api/types'
import { behind, compile, fieldsOf, isMissing, kindsOf, type Kind, type Kinds, type Setting, type Values } from './conditions'

/** What the rules need to know of a field. */
export interface RuleField {
  id: string
  /** What its value compares as; null for fields without a value. */
  kind: Kind | null
  /** What the columns of a sub-form hold. */
  columns?: readonly { id: string; kind: Kind | null }[]
  required?: boolean
  opens_section?: boolean
  /** A section that takes along everything up to the next page. */
  opens_page?: boolean
  /** Which options can be limited: each, or those of the first level of a tree. */
  limits_options?: 'each' | 'first' | null
  options?: readonly { value: string; when?: Condition }[]
}
export interface Assignment {
  field: string
  value?: unknown
  formula?: string | null
}
export interface Jump {
  after: string
  /** A later page; none for the end of the form. */
  to?: string | null
}
export interface Rule {
  when: Condition
  show?: string[]
  hide?: string[]
  require?: string[]
  lock?: string[]
  set?: Assignment[]
  options?: { field: string; only: string[] }[]
  jump?: Jump | null
}
interface Found {
  visible: ReadonlySet<string>
  required: ReadonlySet<string>
  /** What nobody may change, fields that are set included. */
  locked: ReadonlySet<string>
  /** Field id to the options that are not offered. */
  barred: ReadonlyMap<string, ReadonlySet<string>>
  /** Field id to what a rule sets it to. */
  sets: ReadonlyMap<string, Assignment>
}
export interface Seen extends Found {
  /** The values with all of it done. */
  values: Values
}
export interface RuleSetting extends Setting {
  /** What locked fields keep; without it, what they have. */
  start?: Values
  /** The result of a formula that sets a field; without it such a field is only locked. */
  give?: (set: Assignment, values: Values) => unknown
}
interface Effects extends Rule {
  bars?: { field: string; gone: string[] }[]
}

/** Return the function that tells, from values by field id, what the rules make of them. */
export function compileRules(fields: readonly RuleField[], asked: readonly Rule[], setting: RuleSetting = {}): (values: Values) => Seen {
  const rules = effectsOf(fields, asked)
  const holding = watch(rules, kindsOf(fields), setting)
  const judge = remember(finder(fields, rules))
  const settled = settlesAtOnce(fields, rules)
  const limits = new Map(fields.map((field) => [field.id, field.limits_options]))

  /** What the fields that are set have: constants, and what formulas give over these values. */
  function given(found: Found, values: Values): Values {
    return Object.fromEntries([...found.sets].flatMap(([id, set]) => (!set.formula ? [[id, set.value]] : setting.give ? [[id, setting.give(set, values)]] : [])))
  }

  function after(found: Found, values: Values, gifts: Values): Values {
    if (found.visible.size === fields.length && !found.locked.size && !found.barred.size) return values
    const seen: Record<string, unknown> = {}
    for (const id in values) if (found.visible.has(id)) seen[id] = values[id]
    for (const id of found.locked) if (!found.sets.has(id)) seen[id] = (setting.start ?? values)[id]
    Object.assign(seen, gifts)
    for (const [id, gone] of found.barred) if (id in seen) seen[id] = without(seen[id], gone, limits.get(id))
    return seen
  }

  return (values) => {
    let found = judge(holding(values))
    let gifts = given(found, values)
    let seen = after(found, values, gifts)
    for (let round = 0; !settled && round < rules.length; round += 1) {
      const again = judge(holding(seen))
      const anew = given(again, seen)
      if (again === found && keyOf(anew) === keyOf(gifts)) break
      found = again
      gifts = anew
      seen = after(found, values, gifts)
    }
    return { ...found, values: seen }
  }
}

/** A choice without what is not offered; null for none. */
export function without(value: unknown, gone: ReadonlySet<string>, limits: RuleField['limits_options']): unknown {
  const isGone = (one: unknown) => gone.has(behind(String(one)))
  if (!Array.isArray(value)) return isGone(value) ? null : value
  if (limits === 'first') return isGone(value[0]) ? null : value
  const left = value.filter((one) => !isGone(one))
  return left.length ? left : null
}

/** The rules, and one for each option that has a condition of its own. */
function effectsOf(fields: readonly RuleField[], rules: readonly Rule[]): Effects[] {
  const offered = new Map(fields.map((field) => [field.id, (field.options ?? []).map((one) => one.value)]))
  const bars = (rule: Rule) => rule.options?.map(({ field, only }) => ({ field, gone: (offered.get(field) ?? []).filter((one) => !only.includes(one)) }))
  return [
    ...rules.map((rule) => ({ ...rule, bars: bars(rule) })),
    ...fields.flatMap((field) => (field.options ?? []).flatMap(({ value, when }) => (when && Object.keys(when).length ? [{ when: { not: when } as Condition, bars: [{ field: field.id, gone: [value] }] }] : []))),
  ]
}

/** Tell which rules hold, as a text of a letter for each; only those whose fields have changed are read again. */
function watch(rules: readonly Effects[], kinds: Kinds, setting: Setting): (values: Values) => string {
  const tests = rules.map((rule) => compile(rule.when, kinds, setting))
  const readers = new Map<string, number[]>()
  rules.forEach((rule, place) => new Set(fieldsOf(rule.when)).forEach((id) => readers.set(id, [...(readers.get(id) ?? []), place])))
  const timed = rules.flatMap((rule, place) => (/"fn"|"within_/.test(JSON.stringify(rule.when)) ? [place] : []))
  const before = new Map<string, unknown>()
  const holding: string[] = []
  let said = ''
  return (values) => {
    const dirty = new Set(holding.length ? timed : rules.keys())
    for (const [id, places] of readers) {
      const now = keyOf(values[id])
      if (before.get(id) === now && before.has(id)) continue
      before.set(id, now)
      places.forEach((place) => dirty.add(place))
    }
    if (!dirty.size) return said
    for (const place of dirty) holding[place] = tests[place]?.(values) ? '1' : '0'
    return (said = holding.join(''))
  }
}

function keyOf(value: unknown): unknown {
  if (isMissing(value)) return null
  return typeof value === 'object' ? JSON.stringify(value) : value
}

/** Keep the last answers, so that the same rules give the same sets. */
function remember(find: (said: string) => Found): (said: string) => Found {
  const known = new Map<string, Found>()
  return (said) => {
    let found = known.get(said)
    if (!found) {
      if (known.size > 50) known.clear()
      known.set(said, (found = find(said)))
    }
    return found
  }
}

function finder(fields: readonly RuleField[], rules: readonly Effects[]): (said: string) => Found {
  const order = fields.map((field) => field.id)
  const below = sectionsOf(fields)
  const wanted = fields.filter((field) => field.required && field.kind !== null).map((field) => field.id)
  const shownByRule = rules.flatMap((rule) => rule.show ?? [])
  const jumps = jumpsOf(fields, rules)

  function hiddenBy(matching: readonly Effects[], said: string): Set<string> {
    const shown = new Set(matching.flatMap((rule) => rule.show ?? []))
    const hidden = new Set([...matching.flatMap((rule) => rule.hide ?? []), ...shownByRule.filter((id) => !shown.has(id))])
    for (const [section, inside] of below) if (hidden.has(section)) inside.forEach((id) => hidden.add(id))
    const taken = new Set<number>()
    for (const jump of jumps) {
      if (said[jump.place] !== '1' || taken.has(jump.start) || hidden.has(jump.after)) continue
      taken.add(jump.start)
      jump.over.forEach((id) => hidden.add(id))
    }
    return hidden
  }

  return (said) => {
    const matching = rules.filter((_rule, place) => said[place] === '1')
    const hidden = hiddenBy(matching, said)
    const visible = new Set(order.filter((id) => !hidden.has(id)))
    const sets = new Map(matching.flatMap((rule) => (rule.set ?? []).filter((set) => visible.has(set.field)).map((set) => [set.field, set] as const)))
    const barred = new Map<string, Set<string>>()
    for (const { field, gone } of matching.flatMap((rule) => rule.bars ?? [])) barred.set(field, new Set([...(barred.get(field) ?? []), ...gone]))
    const only = (ids: readonly string[]) => new Set(ids.filter((id) => visible.has(id)))
    return { visible, required: only([...wanted, ...matching.flatMap((rule) => rule.require ?? [])]), locked: only([...matching.flatMap((rule) => rule.lock ?? []), ...sets.keys()]), barred, sets }
  }
}

/** The jumps in the order of their starting points, with what each leaps over. */
function jumpsOf(fields: readonly RuleField[], rules: readonly Rule[]) {
  return rules
    .flatMap(({ jump }, place) => {
      let start = jump ? fields.findIndex((field) => field.id === jump.after) : -1
      if (!jump || start < 0) return []
      if (fields[start]?.opens_page) while (fields[start + 1] && !fields[start + 1]?.opens_page) start += 1
      const end = jump.to ? fields.findIndex((field) => field.id === jump.to) : fields.length
      return [{ place, start, after: jump.after, over: fields.slice(start + 1, Math.max(end, start + 1)).map((field) => field.id) }]
    })
    .sort((a, b) => a.start - b.start || a.place - b.place)
}

/** Whether no rule asks for what a rule may change. */
function settlesAtOnce(fields: readonly RuleField[], rules: readonly Effects[]): boolean {
  const below = sectionsOf(fields)
  const named = [...rules.flatMap((rule) => [...(rule.show ?? []), ...(rule.hide ?? [])]), ...jumpsOf(fields, rules).flatMap((jump) => jump.over)]
  const moved = new Set([...named.flatMap((id) => [id, ...(below.get(id) ?? [])]), ...rules.flatMap((rule) => [...(rule.lock ?? []), ...(rule.set ?? []).map((set) => set.field), ...(rule.bars ?? []).map((bar) => bar.field)])])
  const isFormula = rules.some((rule) => rule.set?.some((set) => set.formula))
  return !isFormula && !rules.some((rule) => [...fieldsOf(rule.when), ...(rule.jump ? [rule.jump.after] : [])].some((id) => moved.has(id)))
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
