import { beforeAll, expect, it } from 'vitest'
import { catalog } from '@/api/catalog'
import { setLocale } from '@/i18n'
import { pairsOf } from '@/rules/runs/told'

beforeAll(async () => {
  await setLocale('en')
  catalog.value = { types: [], operators: [], raw: {} } as never
})

it('tells a length of time in words', () => {
  expect(pairsOf({ after: 'P3DT4H' }, [])).toMatchObject([{ name: 'Length of time', value: '3 d 4 h' }])
})
it('tells what stands after a change as its new value', () => {
  expect(pairsOf({ after: 'done' }, [])).toMatchObject([{ name: 'after', value: 'done' }])
})
it('leaves a word alone that only looks a little like one', () => {
  expect(pairsOf({ text: 'PT' }, [])).toMatchObject([{ value: 'PT' }])
})
