import { beforeAll, describe, expect, it } from 'vitest'
import { plotOf } from '@/dashboards/charts/series'
import { chosenOf, conditionOf, offerOf, pickedCondition, pickedValues } from '@/dashboards/filters'
import { isEmpty, type Figures, type Widget } from '@/dashboards/figures'
import { measured, periodOf, scored } from '@/dashboards/words'
import { setLocale } from '@/i18n'

const widget = (more: Partial<Widget>): Widget => ({ id: 'w', type: 'bar', title: {}, form: 'f', ...more })
const row = (labels: string[], measures: (number | string | null)[]) => ({ group: {}, label: labels.join(' · '), labels, measures })
const count = { op: 'count', field: null, label: 'Count' }

beforeAll(() => setLocale('en'))

describe('rows as series', () => {
  it('make one series per measure', () => {
    const sum = { op: 'sum', field: 'amount', label: 'Amount', currency: 'CNY' }
    const plot = plotOf(widget({ group_by: [{ field: 'stage' }] }), { rows: [row(['New'], [3, '1200.50'])], measures: [count, sum] })
    expect(plot.series.map((one) => [one.name, one.points[0]?.value, one.points[0]?.text])).toEqual([['Count', 3, '3'], ['Amount', 1200.5, '¥1,200.50']])
  })

  it('make one series per value of the second grouping, with holes where nothing was', () => {
    const rows = [row(['Mon', 'web'], [1]), row(['Mon', 'mail'], [2]), row(['Tue', 'mail'], [5])]
    const plot = plotOf(widget({ group_by: [{ field: 'day' }, { field: 'channel' }] }), { rows, measures: [count] })
    expect(plot.categories).toEqual(['Mon', 'Tue'])
    expect(plot.series.map((one) => [one.name, one.points.map((point) => point?.value ?? null)])).toEqual([['web', [1, null]], ['mail', [2, 5]]])
  })

  it('keep the row, so that a mark knows its records', () => {
    const drill = { field: 'stage', op: 'eq', value: 'new' }
    const plot = plotOf(widget({ group_by: [{ field: 'stage' }] }), { rows: [{ ...row(['New'], [3]), drill }], measures: [count] })
    expect(plot.series[0]?.points[0]?.row.drill).toEqual(drill)
  })

  it('shorten periods on the axis alone', () => {
    expect(periodOf('2026-11-03', 'day', true)).toBe('11/3')
    expect(periodOf('2026-10-01', 'quarter')).toBe('2026 Q4')
    expect(periodOf('2026-11-03', null, true)).toBe('2026-11-03')
  })
})

describe('figures', () => {
  it('carry sign, unit or currency', () => {
    const metric = { id: 'nps', label: '', help: '', unit: 'score' as const, lowest: -100, highest: 100 }
    expect(scored('26', metric)).toEqual({ text: '+26', unit: '' })
    expect(scored('-20', metric).text).toBe('−20')
    expect(scored('73.1', { ...metric, unit: 'percent' })).toEqual({ text: '73.1', unit: '%' })
    expect(scored(null, metric).text).toBe('—')
    expect(measured('2504000.00', { op: 'sum', field: 'a', label: '', currency: 'CNY' }, true)).toBe('¥2.5M')
  })

  it('are empty when every row is nothing, not when the only figure is zero', () => {
    expect(isEmpty({ rows: [row(['a'], [0]), row(['b'], [null])] })).toBe(true)
    expect(isEmpty({ value: 0, n: 0, measure: count } as Figures)).toBe(false)
    expect(isEmpty({ records: [] })).toBe(true)
  })
})

describe('filters', () => {
  const offer = { field: { id: 'tags', type: 'multiselect', label: {} }, kind: 'choices' }
  it('ask for any of several choices', () => {
    const condition = pickedCondition(offer, ['a', 'b'])
    expect(condition).toEqual({ any: [{ field: 'tags', op: 'contains', value: 'a' }, { field: 'tags', op: 'contains', value: 'b' }] })
    expect(pickedValues(condition ?? undefined)).toEqual(['a', 'b'])
    expect(pickedCondition(offer, [])).toBeNull()
  })
  it('offer the dates that every record has', () => {
    expect(offerOf('created_at', [])?.kind).toBe('datetime')
    expect(offerOf('gone', [])).toBeNull()
  })
  it('survive the address, without fields that are not offered', () => {
    const chosen = { status: { field: 'status', op: 'in', value: ['new'] }, other: { field: 'other', op: 'eq', value: 1 } }
    const text = JSON.stringify(conditionOf(chosen))
    expect(chosenOf(text, ['status'])).toEqual({ status: chosen.status })
    expect(chosenOf('{broken', ['status'])).toEqual({})
  })
})
