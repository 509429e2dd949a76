import { describe, expect, it } from 'vitest'
import type { FormDocument } from '@/designer/document'
import { emptyHistory, perform, undo } from '@/designer/history'
import { isOurs } from '@/designer/keeper'

/** A save that was sent while the page was left comes back as the server's document; it is nobody else's. */
const empty: FormDocument = { title: { en: 'Repair' }, fields: [] }
const named = perform(empty, emptyHistory(), { kind: 'set', path: ['title', 'en'], value: 'Repairs' }, 'did.form', 0)
const described = perform(named.document, named.history, { kind: 'set', path: ['description'], value: { en: 'Call us' } }, 'did.form', 9_000)

describe('isOurs', () => {
  it('knows what stood here before', () => {
    expect(isOurs(described, named.document)).toBe(true)
    expect(isOurs(described, empty)).toBe(true)
  })
  it('knows what was taken back here', () => {
    expect(isOurs(undo(described.document, described.history), described.document)).toBe(true)
  })
  it('does not mind the order of keys', () => {
    expect(isOurs(described, { fields: [], title: { en: 'Repairs' } })).toBe(true)
  })
  it('leaves what somebody else wrote to the reader', () => {
    expect(isOurs(described, { ...named.document, title: { en: 'Something else' } })).toBe(false)
  })
})
