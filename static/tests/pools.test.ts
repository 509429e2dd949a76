import { describe, expect, it } from 'vitest'
import { daysOf, freshPool } from '@/pools/pools'

describe('the days before a record goes back', () => {
  it.each([
    ['3, 1', [3, 1]],
    ['1 3 3', [3, 1]],
    ['', []],
    ['0, 366, abc, 7 天', [7]],
    ['9,8,7,6,5,4', [9, 8, 7, 6, 5]],
  ])('%s', (typed, days) => expect(daysOf(typed)).toEqual(days))
})

describe('a new pool', () => {
  it('is about the owner of its form and lets everybody claim within limits', () => {
    const made = freshPool('lead', { id: 'sales', type: 'user', label: { 'zh-CN': '销售', en: 'Sales' } }, { 'zh-CN': '线索', en: 'Leads' })
    expect([made.form, made.owner, made.claim?.everyone, made.limits?.per_day]).toEqual(['lead', 'sales', true, 20])
  })
})
