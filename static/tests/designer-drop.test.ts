import { describe, expect, it } from 'vitest'
import { slotAt } from '@/designer/drag'
import { checkRules } from '@/designer/logic/findings'
import { guessType, labelsOf } from '@/designer/paste'
import { findTypes } from '@/designer/palette/search'
import type { FieldTypeInfo } from '@/api/catalog'

const box = (left: number, top: number, width: number, height = 60) => ({ left, top, right: left + width, bottom: top + height, width, height }) as DOMRect
const paper = { left: 0, top: 0, width: 600 }
const items = [
  { at: 0, box: box(0, 100, 600) },
  { at: 1, box: box(0, 160, 290) },
  { at: 2, box: box(310, 160, 290) },
  { at: 3, box: box(0, 220, 600) },
]

describe('the place where a dragged field lands', () => {
  it('is before or after a field by the half that the pointer is over', () => {
    expect(slotAt(300, 110, items, paper).at).toBe(0)
    expect(slotAt(300, 150, items, paper).at).toBe(1)
  })
  it('is between columns for a narrow field', () => {
    expect(slotAt(200, 190, items, paper).at).toBe(2)
    expect(slotAt(200, 190, items, paper).line.height).toBeGreaterThan(0)
  })
  it('never splits a row for a field of full width', () => {
    const slot = slotAt(200, 175, items, paper, false)
    expect([slot.at, slot.line.height]).toEqual([1, 0])
    expect(slotAt(200, 210, items, paper, false).at).toBe(3)
  })
  it('is the end below everything and the start of an empty page', () => {
    expect(slotAt(300, 900, items, paper).at).toBe(4)
    expect(slotAt(300, 900, [], paper).at).toBe(0)
  })
})

const type = (id: string, zh: string, en: string, keywords: string[]) => ({ id, label: { 'zh-CN': zh, en }, keywords, value_kind: 'text', settings: [], group: 'common', icon: id }) as unknown as FieldTypeInfo
const types = [type('text', '单行文本', 'Text', ['text']), type('phone', '手机', 'Phone', ['phone', 'mobile', 'sj', 'shouji', '电话']), type('email', '邮箱', 'Email', ['email', 'mail', 'yx']), type('date', '日期', 'Date', ['date', 'rq'])]

describe('finding a type', () => {
  it.each([['sj', 'phone'], ['phone', 'phone'], ['手机', 'phone'], ['yx', 'email'], ['riq', undefined], ['mob', 'phone']])('%s → %s', (query, id) => {
    expect(findTypes(types, query)[0]?.id).toBe(id)
  })
})

describe('pasted text', () => {
  it('is a row of cells when it has tabs, else a label a line', () => {
    expect(labelsOf('姓名\t手机\t邮箱\n王\t138\tx')).toEqual(['姓名', '手机', '邮箱'])
    expect(labelsOf('1. 姓名：\n- 手机\n\n')).toEqual(['姓名', '手机'])
  })
  it('gets types by the words of the catalogue', () => {
    expect(['联系电话', '出生日期', 'E-mail address', '备注'].map((label) => guessType(label, types)?.id)).toEqual(['phone', 'date', 'email', 'text'])
  })
})

describe('the check of rules', () => {
  const field = (id: string) => ({ id, type: 'text', label: {} })
  const form = (rules: object[]) => ({ title: {}, fields: ['a', 'b', 'c'].map(field), rules }) as never
  it('finds a circle over two rules', () => {
    const found = checkRules(form([{ id: 'r1', when: { field: 'a', op: 'empty' }, show: ['b'] }, { id: 'r2', when: { all: [{ field: 'b', op: 'empty' }] }, hide: ['a'] }]))
    expect(found.map((one) => one.code)).toEqual(['circle', 'circle'])
  })
  it('finds deleted fields, rules without effect and contradictions', () => {
    const found = checkRules(form([{ id: 'r1', when: { field: 'x', op: 'empty' }, show: ['b'] }, { id: 'r2', when: {} }, { id: 'r3', when: {}, show: ['c'], hide: ['c'] }]))
    expect(found.map((one) => one.code)).toEqual(['gone', 'nothing', 'conflict', 'unreachable'])
  })
  it('is content with rules that are fine', () => {
    expect(checkRules(form([{ id: 'r1', when: { field: 'a', op: 'empty' }, show: ['b'] }]))).toEqual([])
  })
})
