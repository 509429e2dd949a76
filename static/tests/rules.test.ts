import { describe, expect, it } from 'vitest'
import type { Condition } from '@/api/types'
import { isMissing, MARK, type Kind, type Values } from '@/shared/conditions'
import { compileRules, type Rule, type RuleField } from '@/shared/rules'
import shared from '../../tests/shared/rules.json'

/** Type to kind, as the catalogue says it. */
const KINDS: Record<string, Kind | null> = { text: 'text', textarea: 'text', number: 'number', nps: 'number', boolean: 'boolean', date: 'date', select: 'choice', checkboxes: 'choices', cascade: 'choices', section: null, tabs: null, note: null }
interface Given {
  id: string
  type: string
  required?: boolean
  default?: unknown
  options?: { value: string; when?: Condition }[]
  own_answer?: boolean
}
interface Case {
  values: Values
  hidden: string[]
  required: string[]
  locked?: string[]
  barred?: Record<string, string[]>
  then?: Values
}
interface Form {
  name: string
  twin?: boolean
  fields: Given[]
  rules: Rule[]
  cases: Case[]
}
const forms = (shared.forms as unknown as Form[]).filter((form) => form.twin !== false)
const filled = (values: Values) => Object.fromEntries(Object.entries(values).filter(([, value]) => !isMissing(value)).map(([id, value]) => [id, typeof value === 'number' ? String(value) : value]))

describe.each(forms.map((form) => [form.name, form] as const))('%s', (_name, form) => {
  const fields = form.fields.map(({ id, type, required, options: chosen, own_answer }): RuleField => {
    const options = own_answer ? [...(chosen ?? []), { value: MARK }] : chosen
    const limits_options = type === 'cascade' ? 'first' : options ? 'each' : null
    return { id, kind: KINDS[type] as Kind | null, required, options, limits_options, opens_section: type === 'section' || type === 'tabs', opens_page: type === 'tabs' }
  })
  const start = Object.fromEntries(form.fields.flatMap((field) => ('default' in field ? [[field.id, field.default]] : [])))
  const see = compileRules(fields, form.rules, { now: new Date(shared.now), start })
  it.each(form.cases.map((one) => [JSON.stringify(one.values), one] as const))('%s', (_values, { values, hidden, required, locked = [], barred = {}, then }) => {
    const given = { ...start, ...values }
    const seen = see(given)
    expect(fields.map((field) => field.id).filter((id) => !seen.visible.has(id)).sort()).toEqual([...hidden].sort())
    expect([...seen.required].sort()).toEqual([...required].sort())
    expect([...seen.locked].sort()).toEqual(locked)
    expect(Object.fromEntries([...seen.barred].map(([id, gone]) => [id, [...gone].sort()]))).toEqual(barred)
    expect(filled(seen.values)).toEqual(filled(then ?? Object.fromEntries(Object.entries(given).filter(([id]) => !hidden.includes(id)))))
  })
})

it('gives the very same sets while no rule begins or ceases to hold', () => {
  const see = compileRules([{ id: 'a', kind: 'text' }, { id: 'b', kind: 'text' }], [{ when: { field: 'a', op: 'eq', value: 'x' }, hide: ['b'] }])
  const first = see({ a: 'y', b: '1' })
  expect(see({ a: 'yy', b: '2' }).visible).toBe(first.visible)
  expect(see({ a: 'x', b: '2' }).visible).not.toBe(first.visible)
  expect(see({ a: 'z' }).visible).toBe(first.visible)
})

it('sets what a formula gives, over what the other rules left', () => {
  const fields: RuleField[] = ['a', 'b', 'c'].map((id) => ({ id, kind: 'text' }))
  const rules: Rule[] = [{ when: { field: 'b', op: 'not_empty' }, set: [{ field: 'c', formula: 'b' }] }, { when: { field: 'a', op: 'eq', value: '1' }, set: [{ field: 'b', value: 'B' }] }]
  expect(compileRules(fields, rules, { give: (_set, values) => `${String(values.b)}!` })({ a: '1', b: 'x' }).values).toEqual({ a: '1', b: 'B', c: 'B!' })
})

it('ends even for rules that wait for each other, which the check refuses', () => {
  const fields = ['a', 'b'].map((id) => ({ id, kind: 'text' as const }))
  const rules: Rule[] = [{ when: { field: 'b', op: 'empty' }, hide: ['a'] }, { when: { field: 'a', op: 'empty' }, hide: ['b'] }]
  expect(compileRules(fields, rules)({ a: 'x', b: 'x' }).visible).toBeInstanceOf(Set)
})
