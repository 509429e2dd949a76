import { describe, expect, it } from 'vitest'
import type { FormDocument } from '@/designer/document'
import { emptyHistory, perform, undo } from '@/designer/history'
import { reached } from '@/designer/keeper'

/** A save that was sent while the page was left comes back as the server's document; it is nobody else's. */
const empty: FormDocument = { title: { en: 'Repair' }, fields: [] }
const named = perform(empty, emptyHistory(), { kind: 'set', path: ['title', 'en'], value: 'Repairs' }, 'did.form', 0)
const described = perform(named.document, named.history, { kind: 'set', path: ['description'], value: { en: 'Call us' } }, 'did.form', 9_000)

describe('reached', () => {
  it('knows what stood here before', () => {
    expect(reached(described, empty)?.history.undone).toHaveLength(2)
    expect(reached(described, named.document)?.history.done).toHaveLength(1)
  })
  it('knows what was taken back here', () => {
    expect(reached(undo(described.document, described.history), described.document)?.history.done).toHaveLength(2)
  })
  it('does not mind the order of keys', () => {
    expect(reached(described, { fields: [], title: { en: 'Repairs' } })).not.toBeNull()
  })
  it('leaves what somebody else wrote to the reader', () => {
    expect(reached(described, { ...named.document, title: { en: 'Something else' } })).toBeNull()
  })
})
