import { describe, expect, it } from 'vitest'
import { matching, taken, wordBefore } from '@/designer/formula/completion'

const amount = { text: 'amount', label: '金额' }
const round = { text: 'ROUND', label: 'Rounded half up', usage: 'ROUND(number, [digits])' }
const today = { text: 'TODAY', label: 'Today', usage: 'TODAY()' }

describe('completing a formula', () => {
  it('goes on from the word before the caret, but not inside a text', () => {
    expect(wordBefore('IF(am', 5)).toBe('am')
    expect(wordBefore('1+金', 3)).toBe('金')
    expect(wordBefore('"am', 3)).toBe('')
    expect(wordBefore('12', 2)).toBe('')
  })
  it('finds by the beginning of the name first, then by words of the label', () => {
    expect(matching('ro', [amount, round])).toEqual([round])
    expect(matching('金', [amount, round])).toEqual([amount])
    expect(matching('', [amount])).toEqual([])
  })
  it('puts the caret between the parentheses of a function that takes something', () => {
    expect(taken('1+ro', 4, round)).toEqual({ formula: '1+ROUND()', caret: 8 })
    expect(taken('tod', 3, today)).toEqual({ formula: 'TODAY()', caret: 7 })
    expect(taken('IF(am>1)', 5, amount)).toEqual({ formula: 'IF(amount>1)', caret: 9 })
  })
})
