import { describe, expect, it } from 'vitest'
import type { Kind, Values } from '@/shared/conditions'
import { compileRules, type Rule } from '@/shared/rules'
import shared from '../../tests/shared/rules.json'

/** Type to kind, as the catalogue says it. */
const KINDS: Record<string, Kind | null> = { text: 'text', textarea: 'text', number: 'number', nps: 'number', boolean: 'boolean', date: 'date', checkboxes: 'choices', section: null, tabs: null, note: null }

describe.each(shared.forms.map((form) => [form.name, form] as const))('%s', (_name, form) => {
  const fields = form.fields.map((field) => ({
    id: field.id,
    kind: KINDS[field.type] as Kind | null,
    required: 'required' in field && field.required === true,
    opens_section: field.type === 'section' || field.type === 'tabs',
    opens_page: field.type === 'tabs',
  }))
  const see = compileRules(fields, form.rules as unknown as Rule[], { now: new Date(shared.now) })
  it.each(form.cases.map((one) => [JSON.stringify(one.values), one] as const))('%s', (_values, { values, hidden, required }) => {
    const seen = see(values as Values)
    expect(fields.map((field) => field.id).filter((id) => !seen.visible.has(id)).sort()).toEqual([...hidden].sort())
    expect([...seen.required].sort()).toEqual([...required].sort())
  })
})

it('ends even for rules that wait for each other, which the check refuses', () => {
  const fields = ['a', 'b'].map((id) => ({ id, kind: 'text' as const }))
  const rules: Rule[] = [{ when: { field: 'b', op: 'empty' }, hide: ['a'] }, { when: { field: 'a', op: 'empty' }, hide: ['b'] }]
  expect(compileRules(fields, rules)({ a: 'x', b: 'x' }).visible).toBeInstanceOf(Set)
})
