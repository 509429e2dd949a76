import { describe, expect, it } from 'vitest'
import { adopted, pack, read, written } from '@/designer/clipboard'
import type { FormDocument } from '@/designer/document'

const source: FormDocument = {
  title: { en: 'Repair' },
  fields: ['kind', 'why', 'name'].map((id) => ({ id, type: 'text', label: { en: id } })),
  rules: [
    { id: 'r1', when: { all: [{ field: 'kind', op: 'eq', value: { ref: 'why' } }] }, show: ['why'] },
    { id: 'r2', when: { field: 'name', op: 'not_empty' }, require: ['why'] },
  ],
}
const everything = () => true

describe('fields on the clipboard', () => {
  it('keep the order of the form and the rules that are about nothing else', () => {
    const packed = pack(source, ['why', 'kind'])
    expect(packed.fields.map((field) => field.id)).toEqual(['kind', 'why'])
    expect(packed.rules.map((rule) => rule.id)).toEqual(['r1'])
  })
  it('are read again from their text, and nothing else is', () => {
    const packed = pack(source, ['kind', 'why', 'name'])
    expect(read(written(packed))).toEqual(packed)
    for (const text of ['Name\tPhone', '{}', '{"formloom/fields":1}', '{"formloom/fields":1,"fields":[{"id":3}]}', '{"formloom/fields":', '']) expect(read(text)).toBeNull()
  })
  it('keep their ids where these are free, with their rules', () => {
    const packed = pack(source, ['kind', 'why'])
    const there = adopted(packed, { fields: ['other'], rules: [] }, everything)
    expect(there.fields).toEqual(packed.fields)
    expect(there.rules).toMatchObject([{ id: 'rule', when: source.rules?.[0]?.when, show: ['why'] }])
  })
  it('get free ids where these are taken, in conditions and operands too', () => {
    const there = adopted(pack(source, ['kind', 'why']), { fields: ['kind', 'why'], rules: ['rule'] }, everything)
    expect(there.fields.map((field) => field.id)).toEqual(['kind_2', 'why_2'])
    expect(there.rules).toMatchObject([{ id: 'rule_2', when: { all: [{ field: 'kind_2', op: 'eq', value: { ref: 'why_2' } }] }, show: ['why_2'] }])
  })
  it('of a type that is unknown are left out, with the rules that name them', () => {
    const packed = { ...pack(source, ['kind', 'why']) }
    packed.fields = packed.fields.map((field) => (field.id === 'why' ? { ...field, type: 'tomorrow' } : field))
    const there = adopted(packed, { fields: [], rules: [] }, (type) => type === 'text')
    expect([there.fields.map((field) => field.id), there.rules]).toEqual([['kind'], []])
  })
})
