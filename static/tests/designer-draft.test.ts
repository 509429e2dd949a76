import { afterEach, expect, test, vi } from 'vitest'
import { http } from '@/api/http'
import { useDraft } from '@/designer/draft'

afterEach(() => vi.restoreAllMocks())

test('the difference that was asked for last is shown, whichever answer comes last', async () => {
  const answers: ((changes: unknown) => void)[] = []
  vi.spyOn(http, 'get').mockImplementation(() => new Promise((resolve) => answers.push(resolve)))
  const draft = useDraft('one')
  const early = draft.readDiff()
  const late = draft.readDiff(true)
  const change = { kind: 'changed', path: 'fields', what: { en: 'Turns' }, affects_data: true }
  answers[1]?.({ changes: [{ ...change, records: 3 }] })
  answers[0]?.({ changes: [change] })
  await Promise.all([early, late])
  expect(draft.changes.value).toEqual([{ ...change, records: 3 }])
})
