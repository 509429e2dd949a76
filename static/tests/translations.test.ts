import { describe, expect, it } from 'vitest'
import { apply } from '@/designer/commands/command'
import { renamedInFormula } from '@/designer/commands/rename'
import type { FormDocument } from '@/designer/document'
import { inOrder, placeForSection, range } from '@/designer/several'
import { cellsOf, columnOf, fromCsv, toCsv } from '@/designer/translate/sheet'
import { isMissing, textsOf, written, writtenAll, type TextRow } from '@/designer/translate/texts'

const form: FormDocument = {
  title: { 'zh-CN': '报修', en: 'Repair' },
  fields: [
    { id: 'subject', type: 'text', label: { 'zh-CN': '主题' }, help: { 'zh-CN': '写“什么”，坏了' } },
    { id: 'kind', type: 'select', label: { 'zh-CN': '类别', en: 'Kind' }, options: [{ value: 'a', label: { 'zh-CN': '=甲' } }] },
  ],
  settings: { thanks: { 'zh-CN': '谢谢\n{subject}' } },
}
const rows = () => textsOf(form)
function row(name: string): TextRow {
  const found = rows().find((one) => one.name === name)
  if (!found) throw new Error(name)
  return found
}

describe('the texts of a form', () => {
  it('are named by the ids of what they belong to, in the order of the form', () => {
    expect(rows().map((one) => one.name)).toEqual(['title', 'fields/subject/label', 'fields/subject/help', 'fields/kind/label', 'fields/kind/options/a/label', 'settings/thanks'])
    expect(rows().filter((one) => isMissing(one, 'zh-CN', 'en')).length).toBe(4)
  })
  it('are written into their place and nowhere else, and taken out when emptied', () => {
    const changed = apply(form, written(form, row('fields/kind/options/a/label'), 'en', 'A'))
    expect(changed.fields[1]?.options).toEqual([{ value: 'a', label: { 'zh-CN': '=甲', en: 'A' } }])
    expect(changed.fields[0]).toBe(form.fields[0])
    expect(apply(form, written(form, row('title'), 'en', '')).title).toEqual({ 'zh-CN': '报修' })
  })
  it('keep what an earlier one of the same step wrote into the same part', () => {
    const two = { ...form, fields: [{ id: 'kind', type: 'select', label: {}, options: [{ value: 'a', label: { 'zh-CN': '甲' } }, { value: 'b', label: { 'zh-CN': '乙' } }] }] }
    const changes = textsOf(two).filter((one) => one.name.includes('options')).map((one, at) => ({ row: one, text: `T${at}` }))
    expect((apply(two, writtenAll(two, changes, 'en')).fields[0]?.options ?? []).map((one) => one.label.en)).toEqual(['T0', 'T1'])
  })
})

describe('the sheet for translators', () => {
  it('comes back as it went out, calculates nothing and counts what is not of the form', () => {
    const csv = toCsv(rows(), 'zh-CN', 'en', (one) => one.name)
    expect(csv).toContain("'=甲")
    expect(fromCsv(csv, rows(), 'zh-CN')).toEqual({ changes: [], unknown: 0 })
    const back = fromCsv('name,en\r\nsettings/thanks,"Thank you,\n{subject}"\r\nnowhere,x\r\ntitle,\r\n', rows(), 'en')
    expect(back?.changes.map((one) => [one.row.name, one.text])).toEqual([['settings/thanks', 'Thank you,\n{subject}']])
    expect(back?.unknown).toBe(1)
    expect(fromCsv('a,b\n1,2', rows(), 'en')).toBeNull()
  })
  it('reads cells with separators, quotation marks and line ends in them', () => {
    expect(cellsOf('a,"b ""c"", d"\n"e\nf",', ',')).toEqual([['a', 'b "c", d'], ['e\nf', '']])
    expect(columnOf('one\n"two\nlines"\tx\nthree\n')).toEqual(['one', 'two\nlines', 'three'])
  })
})

describe('several fields', () => {
  const many: FormDocument = { title: {}, fields: ['a', 'b', 's', 'c', 'd'].map((id) => ({ id, type: id === 's' ? 'section' : 'text', label: {} })) }
  const opens = (type: string) => type === 'section'

  it('are a range from one to the other, the other being the active one', () => {
    expect(range(many, 'c', 'a')).toEqual(['b', 's', 'c', 'a'])
    expect(inOrder(many, ['d', 'a'])).toEqual(['a', 'd'])
  })
  it('go into a section that no other field falls into', () => {
    expect(placeForSection(many, ['a'], opens)).toBe(2)
    expect(placeForSection(many, ['a', 'b'], opens)).toBe(0)
    expect(placeForSection(many, ['c'], opens)).toBe(5)
  })
})

describe('another id', () => {
  it('is written into formulas where the field is meant, not into texts and calls', () => {
    expect(renamedInFormula('IF(sum>1,"sum",sum(sum,sum_2))', 'sum', 'total')).toBe('IF(total>1,"sum",sum(total,sum_2))')
  })
  it('goes into formulas, texts and settings of the document', () => {
    const document: FormDocument = {
      title: {}, fields: [{ id: 'text', type: 'text', label: {} }, { id: 'f', type: 'formula', label: {}, formula: 'LEN(text)' }],
      settings: { thanks: { en: 'Hi {text}' }, limits: [{ by: 'field', field: 'text' }] },
    }
    const changed = apply(document, { kind: 'rename', from: 'text', to: 'name' })
    expect(changed.fields).toEqual([{ id: 'name', type: 'text', label: {} }, { id: 'f', type: 'formula', label: {}, formula: 'LEN(name)' }])
    expect(changed.settings).toEqual({ thanks: { en: 'Hi {name}' }, limits: [{ by: 'field', field: 'name' }] })
  })
})
