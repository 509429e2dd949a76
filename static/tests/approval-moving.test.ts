import { expect, it } from 'vitest'
import { reversed, type StandingNode } from '../src/approvals/moving'
import { withText } from '../src/approvals/panel/messages'

const node = (id: string, to: string, fits = true): StandingNode => ({ node: id, title: {}, type: 'approve', runs: 1, to, fits, why: fits ? null : 'gone' })

it('goes back the way it came, unless two steps became one', () => {
  expect(reversed([node('a', 'x'), node('b', 'b'), node('c', 'gone', false)])).toEqual({ x: 'a', b: 'b' })
  expect(reversed([node('a', 'x'), node('b', 'x')])).toBeNull()
})

it('keeps no empty texts of a step', () => {
  const told = withText({}, 'asked', 'app', { en: 'Look', 'zh-CN': ' ' })
  expect(told).toEqual({ asked: { app: { en: 'Look' } } })
  expect(withText(told ?? {}, 'asked', 'app', { en: '' })).toBeUndefined()
})
