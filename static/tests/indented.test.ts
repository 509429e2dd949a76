import { expect, it } from 'vitest'
import { fromIndented, toIndented } from '@/designer/indented'

const LIST = 'Phones\n  X1\n    64 GB\n  Other\nTablets\n  Other\n'

it('reads levels by their indent, spaces or tabs', () => {
  const tree = fromIndented(LIST.replaceAll('  ', '\t'), 'en', [])
  expect(toIndented(tree, 'en')).toBe(LIST)
  expect(tree.map((one) => one.children?.length)).toEqual([2, 1])
})

it('keeps values and the other language of lines that stay', () => {
  const before = fromIndented(LIST, 'en', [])
  const first = { value: '', ...before[0], label: { en: 'Phones', 'zh-CN': '手机' } }
  const after = fromIndented(`${LIST}Watches\n`, 'en', [first, ...before.slice(1)])
  expect(after[0]).toEqual(first)
  expect(after[1]).toEqual(before[1])
  expect(after[2]?.label).toEqual({ en: 'Watches' })
})

it('gives every option a value of its own', () => {
  const values = JSON.stringify(fromIndented(LIST, 'en', [])).match(/"value":"\w+"/g)
  expect(new Set(values).size).toBe(6)
})
