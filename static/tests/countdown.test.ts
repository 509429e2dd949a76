import { expect, test } from 'vitest'
import { inWords } from '../public_form/countdown'

const texts = { day_and: '{n} day {clock}', days_and: '{n} days {clock}' }

test.each([[176645, '2 days 01:04:05'], [86400, '1 day 00:00:00'], [9, '00:00:09'], [0, '00:00:00']])('%i seconds are %s, as on the server', (seconds, words) => {
  expect(inWords(seconds, texts)).toBe(words)
})
