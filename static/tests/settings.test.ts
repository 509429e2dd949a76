import { describe, expect, it } from 'vitest'
import { familyOf, treeOf, type Department } from '@/settings/organisation'
import { grantOn, withField, withGrant, withRight, type Grant } from '@/settings/permissions'

const department = (id: string, parent: string | null, position = 0): Department => ({ id, title: { en: id }, parent_id: parent, head_id: null, head_name: null, position, members: 0 })

describe('departments', () => {
  const list = [department('field', 'service'), department('sales', null, 1), department('service', null), department('lost', 'gone', 2)]
  it('stand below their parent, and at the top when it is gone', () => {
    expect(treeOf(list).map((one) => [one.node.id, one.depth])).toEqual([['service', 0], ['field', 1], ['sales', 0], ['lost', 0]])
  })
  it('can not be moved below themselves', () => {
    expect([...familyOf('service', list)].sort()).toEqual(['field', 'service'])
  })
})

describe('a grant', () => {
  const grant: Grant = { form: 'ticket', acts: ['record.read'], rows: 'all', fields: {} }
  it('gives reading along with what needs it', () => {
    expect(withRight({ ...grant, acts: [] }, 'record.update', true).acts).toEqual(['record.read', 'record.update'])
    expect(withRight({ ...grant, acts: [] }, 'record.create', true).acts).toEqual(['record.create'])
  })
  it('loses what needs reading when reading goes', () => {
    expect(withRight({ ...grant, acts: ['record.read', 'record.create', 'record.export'] }, 'record.read', false).acts).toEqual(['record.create'])
  })
  it('names only the fields that are restricted', () => {
    const hidden = withField(grant, 'phone', 'hidden')
    expect(hidden.fields).toEqual({ phone: 'hidden' })
    expect(withField(hidden, 'phone', 'write').fields).toEqual({})
  })
  it('leaves the group when nothing is left of it, and other forms as they are', () => {
    const other: Grant = { form: 'rating', acts: ['record.read'], rows: 'own' }
    const group = withGrant({ title: {}, grants: [grant, other] }, { ...grant, acts: [] })
    expect(grantOn(group, 'ticket')).toBeUndefined()
    expect(withGrant(group, grant).grants).toEqual([other, grant])
  })
})
