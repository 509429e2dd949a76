import { beforeEach, describe, expect, it } from 'vitest'
import type { FormDocument } from '@/designer/document'
import { emptyHistory, perform, undo } from '@/designer/history'
import { joined, keep, kept, reached, type Kept } from '@/designer/keeper'

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

/** Here without a database, as in a private window: the last words alone must do. */
describe('last words', () => {
  const draft = (here: typeof named, isSaved = false): Kept => ({ ...here, rev: 4, isSaved })
  beforeEach(() => localStorage.clear())

  it('are kept before anything else can happen', () => {
    void keep('d1', draft(named))
    expect(JSON.parse(localStorage.getItem('formloom.draft.d1') ?? '{}')).toMatchObject({ document: named.document, rev: 4, isSaved: false })
  })
  it('are found again, with the steps that led to them', async () => {
    void keep('d1', draft(named))
    void keep('d1', draft(described))
    const found = await kept('d1')
    expect(found?.document).toEqual(described.document)
    expect(found?.history.done).toHaveLength(2)
  })
  it('go once the server has the draft', async () => {
    await keep('d1', draft(described, true))
    expect(localStorage.getItem('formloom.draft.d1')).toBeNull()
  })
  it('of one draft say nothing about another', async () => {
    void keep('d1', draft(named))
    expect(await kept('d2')).toBeUndefined()
  })
  it('that nobody can read are none', async () => {
    localStorage.setItem('formloom.draft.d1', '{"document":')
    expect(await kept('d1')).toBeUndefined()
  })
  it('that are newer go on from the whole history; older ones count no more', () => {
    const later = perform(described.document, described.history, { kind: 'set', path: ['title', 'en'], value: 'Fixes' }, 'did.form', 20_000)
    const full = { ...draft(described), at: 1 }
    const last = { ...draft({ document: later.document, history: { done: later.history.done.slice(-2), undone: [] } }), at: 2 }
    expect(joined(full, last)).toMatchObject({ document: later.document, history: later.history })
    expect(joined({ ...full, at: 3 }, last)).toMatchObject({ document: described.document })
    expect(joined(undefined, last)).toBe(last)
    expect(joined(full, undefined)).toBe(full)
  })
})
