/** The file of refused rows is read as it was written: quotes, line breaks, a cut-off end. */
import { describe, expect, it, vi } from 'vitest'
import { parseCsv, readRefused } from '@/imports/refused'

const HEAD = '\uFEFFImport: row,Import: field,Import: reason,Name,Note\r\n'

function answering(...parts: string[]): void {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part))
      controller.close()
    },
  })
  vi.stubGlobal('fetch', () => Promise.resolve(new Response(body)))
}

describe('refused rows', () => {
  it('keeps quotes, commas and line breaks within a cell', () => {
    expect(parseCsv('1,a,"say ""no"", twice","x\r\ny",\r\n2,b,c,,z\n')).toEqual([['1', 'a', 'say "no", twice', 'x\r\ny', ''], ['2', 'b', 'c', '', 'z']])
  })

  it('gives the reason and the cells that are not empty', async () => {
    answering(HEAD, '7,Mail,"Must be, a mail",Ada,\r\n9,Name,Required,,note\r\n')
    expect(await readRefused('/x', 10)).toEqual([{ row: '7', field: 'Mail', reason: 'Must be, a mail', cells: ['Ada'] }, { row: '9', field: 'Name', reason: 'Required', cells: ['note'] }])
  })

  it('stops where it has enough and passes over a row that is cut off', async () => {
    const row = `3,Name,Required,"${'x'.repeat(100_000)}",\r\n`
    answering(HEAD, row, row, row.slice(0, 90_000), 'more')
    expect(await readRefused('/x', 10)).toHaveLength(2)
    answering(HEAD, row, row)
    expect(await readRefused('/x', 1)).toHaveLength(1)
  })
})
