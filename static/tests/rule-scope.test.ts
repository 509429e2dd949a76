import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { catalog } from '@/api/catalog'
import type { FormField } from '@/api/types'
import { setLocale } from '@/i18n'
import { freshAction, freshId, type RuleNode } from '@/rules/rule'
import { placeOf } from '@/rules/places'
import { broughtBy, comparableOf, expressionOf, knownAt, queriesAmong, quoteOf, sourceOf } from '@/rules/scope'
import { rhythm } from '@/rules/triggers/schedule/rhythm'

const both = (words: string) => ({ 'zh-CN': words, en: words })
const field = (id: string, type = 'text', more: object = {}): FormField => ({ id, type, label: both(id), ...more }) as FormField
const FIELDS = [field('subject'), field('items', 'subform', { columns: [field('price', 'number')] })]
const TASKS = [field('title'), field('done', 'boolean')]
const query: RuleNode = { id: 'q', type: 'query_records', form: 'task', name: 'open' }
const known = (nodes: RuleNode[], step: string) => (knownAt(nodes, FIELDS, (form) => (form === 'task' ? TASKS : [])).get(step) ?? []).map((one) => one.id)

beforeAll(() => setLocale('en'))
beforeEach(() => {
  const stored = (id: string, more: object = {}) => ({ id, is_stored: true, columns_in: null, ...more })
  const types = [stored('text'), stored('number'), stored('boolean'), stored('datetime'), stored('user'), stored('subform', { columns_in: 'columns' })]
  catalog.value = { types, operators: [], raw: { triggers: [{ id: 'message_received', gives: { message_subject: 'text', message_text: 'text', message_from: 'text', message_name: 'text' } }], nodes: [{ id: 'set_fields', label: both('Set fields') }, { id: 'for_each', label: both('For each') }] } } as never
})

describe('what a rule knows at a step', () => {
  it('knows the mail that set it off, everywhere', () => {
    const brought = broughtBy({ type: 'message_received' })
    const found = knownAt([query, { id: 'b', type: 'set_fields' }], FIELDS, () => TASKS, brought)
    const message = ['var.message_subject', 'var.message_text', 'var.message_from', 'var.message_name']
    expect(found.get('q')?.map((one) => one.id)).toEqual(message)
    expect(found.get('b')?.map((one) => one.id).slice(0, 5)).toEqual([...message, 'var.open'])
    expect(comparableOf(found.get('q') ?? []).map((one) => one.id)).toEqual(message)
    expect(expressionOf('var.message_from')).toEqual({ var: 'message_from' })
    expect(message.map((id) => quoteOf(id, brought))).toEqual(['message.subject', 'message.text', 'message.from', 'message.name'])
    expect(broughtBy({ type: 'record_created' })).toEqual([])
  })
  it('knows a query only after it', () => {
    const nodes: RuleNode[] = [{ id: 'a', type: 'set_fields' }, query, { id: 'b', type: 'set_fields' }]
    expect(known(nodes, 'a')).toEqual([])
    expect(known(nodes, 'q')).toEqual([])
    expect(known(nodes, 'b')).toEqual(['var.open', 'var.open.title', 'var.open.done', 'var.open.id', 'var.open.created_at', 'var.open.created_by'])
  })
  it('knows the item inside a loop alone', () => {
    const loop: RuleNode = { id: 'l', type: 'for_each', of: { field: 'items' }, nodes: [{ id: 'in', type: 'set_fields' }] }
    const nodes = [loop, { id: 'after', type: 'set_fields' }]
    expect(known(nodes, 'in')).toEqual(['item.price'])
    expect(known(nodes, 'after')).toEqual([])
  })
  it('goes through what a query found, and through people', () => {
    const over = (of: object): RuleNode[] => [query, { id: 'l', type: 'for_each', of, nodes: [{ id: 'in', type: 'set_fields' }] }]
    expect(known(over({ var: 'open' }), 'in').filter((id) => id.startsWith('item.'))).toEqual(['item.title', 'item.done', 'item.id', 'item.created_at', 'item.created_by'])
    expect(known(over({ users: [{ role: 'lead' }] }), 'in').filter((id) => id.startsWith('item.'))).toEqual(['item.id', 'item.name'])
  })
  it('knows what a formula and an answer keep, also on other ways', () => {
    const nodes: RuleNode[] = [
      { id: 'if', type: 'branch', then: [{ id: 'f', type: 'formula', name: 'sum', kind: 'number' }], else: [] },
      { id: 'w', type: 'call_webhook', answers: [{ name: 'no', path: 'id', kind: 'text' }] },
      { id: 'b', type: 'set_fields' },
    ]
    expect(known(nodes, 'b')).toEqual(['var.sum', 'var.no'])
  })
  it('takes values where they are and quotes them in texts', () => {
    const found = knownAt([query, { id: 'b', type: 'set_fields' }], FIELDS, () => TASKS).get('b') ?? []
    expect(queriesAmong(found).map((one) => one.id)).toEqual(['var.open'])
    expect(comparableOf(found).map((one) => one.id)).toEqual(['var.open'])
    for (const source of ['subject', 'item.price', 'var.open', 'var.open.title']) expect(sourceOf(expressionOf(source))).toBe(source)
    expect(['subject', 'item.price', 'var.open', 'var.open.title'].map((id) => quoteOf(id, found))).toEqual(['record.subject', 'item.price', 'var.open.count', 'var.open.first.title'])
    expect(quoteOf('var.sum', [field('var.sum')])).toBe('var.sum')
  })
})

describe('a step of a rule', () => {
  it('gets an id that no step and no way has', () => {
    const nodes = [freshAction('parallel', 'a1'), { id: 'l', type: 'for_each', nodes: [{ id: 'a2', type: 'set_fields' }] }]
    expect(freshId([...nodes, freshAction('route', 'a3')])).toBe('a4')
  })
  it('is named where something was found in it', () => {
    const inner = { id: 'x', type: 'set_fields', values: {} }
    const document = { title: both(''), form: 'f', trigger: { type: 'record_created' }, nodes: [{ id: 'p', type: 'parallel', branches: [{ id: 'w', nodes: [{ id: 'l', type: 'for_each', nodes: [inner] }] }] }] }
    expect(placeOf(document, 'nodes/0/branches/0/nodes/0/nodes/0/values/a')).toBe('Set fields')
    expect(placeOf(document, 'nodes/0/branches/0/nodes/0/of')).toBe('For each')
    expect(placeOf(document, 'trigger/form')).toBe('')
  })
})

describe('a schedule', () => {
  it('stays the same when it is written as an expression', () => {
    expect(rhythm('cron', { type: 'scheduled', every: 'week', at: '08:30', weekday: 'fri' }).cron).toBe('30 8 * * fri')
    expect(rhythm('cron', { type: 'scheduled', every: 'month', at: '00:05', day: 15 }).cron).toBe('5 0 15 * *')
    expect(rhythm('cron', { type: 'scheduled', every: 'hour', at: '00:20' }).cron).toBe('20 * * * *')
    expect(rhythm('day', { type: 'scheduled', every: 'cron', cron: '* * * * *' })).toEqual({ every: 'day', cron: null })
  })
})
