/** Computed fields while somebody types: the cases that the server keeps as well. */
import { describe, expect, it } from 'vitest'
import { computing, type LiveFormula, shownAs } from '@/shared/formula/live'
import type { Kind } from '@/shared/conditions'
import book from '../../tests/shared/computed.json'

interface Case {
  about: string
  fields: { id: string; type: string }[]
  values: Record<string, unknown>
  shown: Record<string, Record<string, string>>
  live: (LiveFormula & { currency?: string; unit?: unknown })[]
}
const KINDS: Record<string, Kind> = { currency: 'number', number: 'number', duration: 'number', rating: 'number', date: 'date', datetime: 'datetime', boolean: 'boolean', checkboxes: 'choices', location: 'object' }
const setting = { now: Date.UTC(2026, 10, 23, 6), zone: 'Asia/Shanghai', locale: 'en', user: '', record: null, names: {} }

describe('computed fields', () => {
  for (const { about, fields, values, shown, live } of book.cases as unknown as Case[]) {
    it(about, () => {
      const found = computing(live, Object.fromEntries(fields.map(({ id, type }) => [id, KINDS[type]])))(values, setting)
      const said = (locale: string, one: (typeof live)[number]) => {
        const unit = (one.unit as Record<string, string> | undefined)?.[locale]
        return shownAs({ ...one, sign: one.currency ? '¥' : undefined, unit }, found[one.id], locale)
      }
      for (const one of live) expect({ 'zh-CN': said('zh-CN', one), en: said('en', one) }).toEqual(shown[one.id])
    })
  }

  it('reads what a page holds: a length of time in its parts, and what is half typed as nothing', () => {
    const half: LiveFormula = { id: 'x', tree: { op: '+', args: [{ field: 'a' }, { field: 'b' }] }, result: 'number', decimals: 0 }
    const run = computing([half], { a: 'number', b: 'number' })
    expect(run({ a: ['1', '30'], b: '-' }, setting)).toEqual({ x: '5400' })
  })
})
