import { expect, test } from 'vitest'
import { begun, initialOf, under, type Transition } from '@/blueprints/blueprint'
import { waysOf, type BlueprintFigures } from '@/blueprints/figures'
import { BOX, layersOf, pictureOf } from '@/blueprints/layout'
import { asksNothing, type Way } from '@/blueprints/transitions'

const words = (text: string) => ({ 'zh-CN': text, en: text })
const way = (key: string, from: string[], to: string): Transition => ({ key, label: words(key), from, to })
const states = ['new', 'open', 'waiting', 'closed'].map((option) => ({ option }))

test('a state stands as far from the start as its shortest way is long', () => {
  const document = { states, transitions: [way('a', ['new'], 'open'), way('b', ['open'], 'waiting'), way('c', ['waiting'], 'open'), way('d', ['open', 'waiting'], 'closed')] }
  expect([...layersOf(document)]).toEqual([['new', 0], ['open', 1], ['waiting', 2], ['closed', 2]])
})
test('what no transition reaches stands last, and any state draws a short line', () => {
  const document = { states, transitions: [way('a', ['new'], 'open'), way('any', ['*'], 'closed')] }
  expect(layersOf(document).get('closed')).toBe(2)
  const { lines } = pictureOf(document)
  expect(lines.map((line) => [line.key, line.from, line.to])).toEqual([['a', 'new', 'open'], ['any', '*', 'closed']])
})
test('no two boxes lie on each other, and nothing leaves the picture', () => {
  const document = { states, initial: 'open', transitions: [way('a', ['open'], 'new'), way('b', ['open'], 'waiting'), way('c', ['waiting', 'new'], 'closed'), way('d', ['closed'], 'open')] }
  const { boxes, width, height } = pictureOf(document)
  expect(initialOf(document)).toBe('open')
  expect(new Set(boxes.map((box) => `${box.x},${box.y}`)).size).toBe(states.length)
  for (const box of boxes) {
    expect(box.x + BOX.width).toBeLessThanOrEqual(width)
    expect(box.y + BOX.height).toBeLessThanOrEqual(height)
  }
})
test('a transition to a state that is gone is left out of the picture', () => {
  expect(pictureOf({ states, transitions: [way('a', ['new'], 'nowhere'), way('b', ['gone'], 'open')] }).lines).toEqual([])
})
test('a blueprint begins with a way from each option to the next', () => {
  const field = { id: 'status', type: 'select', label: words('Status'), options: [{ value: 'a', label: words('A') }, { value: 'b', label: words('B') }, { value: 'c', label: words('C') }] }
  const made = begun(field)
  expect(made.transitions.map((one) => [...one.from, one.to])).toEqual([['a', 'b'], ['b', 'c']])
  expect(made.states.map((one) => one.category)).toEqual(['open', 'open', 'won'])
})
test('findings go to the part that they are about', () => {
  const found = [{ field: 'states/1' }, { field: 'states/1/option' }, { field: 'states/10' }, { field: null }]
  expect(under(found, 'states/1')).toHaveLength(2)
})
test('only what asks for nothing is taken without a dialog', () => {
  const plain: Way = { key: 'a', label: words('A'), to: 'b', open: true, barred: null, reason: null, require: [], ask: [], checklist: [], comment: 'optional' }
  expect(asksNothing(plain)).toBe(true)
  expect(asksNothing({ ...plain, ask: ['note'] })).toBe(false)
  expect(asksNothing({ ...plain, comment: 'required' })).toBe(false)
})
test('ways are told with their share of what left a state, and so are those that nobody took', () => {
  const counted = (state: string) => ({ state, category: 'open' as const, now: 0, left: 0, entered: 0, median_s: null, p90_s: null, is_bottleneck: false })
  const move = (from: string | null, to: string, transition: string | null, count: number) => ({ from, to, transition, label: null, count })
  const figures: BlueprintFigures = { id: 'b', key: 'b', field: 'f', states: ['new', 'open', 'closed'].map(counted), moves: [move('open', 'new', null, 1), move('open', 'closed', 'b', 3), move(null, 'new', null, 9)] }
  const ways = waysOf({ transitions: [way('a', ['new'], 'open'), way('b', ['open'], 'closed'), way('any', ['*'], 'closed')] }, figures)
  expect(ways.map((one) => [one.from, one.to, one.transition, one.count, one.share])).toEqual([
    [null, 'new', null, 9, null], [null, 'closed', 'any', 0, null], ['new', 'open', 'a', 0, null], ['open', 'closed', 'b', 3, 75], ['open', 'new', null, 1, 25],
  ])
})
