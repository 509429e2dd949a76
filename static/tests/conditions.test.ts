import { describe, expect, it } from 'vitest'
import type { Condition } from '@/api/types'
import { compile, duration, fieldsOf, type Kinds, type Setting, type Values } from '@/shared/conditions'
import shared from '../../tests/shared/conditions.json'

interface Case { when: Condition; is: Record<string, boolean> }
interface Day { now: string; zone: string; when: Condition; values: Values; is: boolean }
interface Change { when: Condition; before: Values; after: Values; is: boolean }
const kinds = shared.kinds as Kinds
const setting: Setting = { now: new Date(shared.now), me: shared.me, zone: shared.zone }
const records = Object.fromEntries(Object.entries(shared.records).map(([name, { values, ...reserved }]) => [name, { ...reserved, ...values } as Values]))
const told = (value: unknown) => JSON.stringify(value).slice(0, 90)

describe('conditions mean what they mean on the server', () => {
  it.each((shared.cases as Case[]).map((one) => [told(one.when), one] as const))('%s', (_name, { when, is }) => {
    const test = compile(when, kinds, setting)
    expect(Object.fromEntries(Object.keys(is).map((name) => [name, test(records[name] ?? {})]))).toEqual(is)
  })
  it.each((shared.days as Day[]).map((one) => [told(one), one] as const))('%s', (_name, { now, zone, when, values, is }) => {
    expect(compile(when, kinds, { now: new Date(now), zone })(values)).toBe(is)
  })
  it.each((shared.changes as Change[]).map((one) => [told(one), one] as const))('%s', (_name, { when, before, after, is }) => {
    expect(compile(when, kinds, { ...setting, before })(after)).toBe(is)
  })
})

describe('a browser meets what the server never stores', () => {
  it('counts empty texts and lists as nothing', () => {
    expect(compile({ field: 'name', op: 'empty' }, kinds)({ name: '' })).toBe(true)
    expect(compile({ field: 'tags', op: 'not_empty' }, kinds)({ tags: [] })).toBe(false)
  })
  it('treats half-typed numbers and moments as nothing', () => {
    expect(compile({ field: 'amount', op: 'gt', value: 1 }, kinds)({ amount: '1e' })).toBe(false)
    expect(compile({ field: 'at', op: 'lt', value: '2030-01-01T00:00:00Z' }, kinds)({ at: 'soon' })).toBe(false)
  })
  it('is false, never an error, for a leaf that it does not know', () => {
    expect(compile({ field: 'nothing', op: 'eq', value: 'x' }, kinds)({})).toBe(false)
    expect(compile({ field: 'name', op: 'resembles', value: 'x' }, kinds)({ name: 'x' })).toBe(false)
  })
})

it('names every field of a tree, compared ones included', () => {
  expect(fieldsOf({ all: [{ field: 'a', op: 'eq', value: { ref: 'b' } }, { not: { any: [{ field: 'c', op: 'in', value: ['x', { ref: 'd' }] }] } }] })).toEqual(['a', 'b', 'c', 'd'])
  expect(fieldsOf({})).toEqual([])
})

it('reads ISO durations and nothing else', () => {
  expect([duration('P1DT2H'), duration('P1W'), duration('PT1M'), duration('P'), duration('7D'), duration('P1S')]).toEqual([93_600_000, 604_800_000, 60_000, null, null, null])
})
