import { describe, expect, it } from 'vitest'
import { apply, invert, type Command } from '@/designer/commands/command'
import type { FormDocument } from '@/designer/document'
import { emptyHistory, perform, redo, undo } from '@/designer/history'
import { randomOf } from '@/ui/weave'

const start: FormDocument = {
  title: { 'zh-CN': '报修单' },
  fields: ['name', 'phone', 'kind', 'text', 'photo'].map((id) => ({ id, type: 'text', label: { 'zh-CN': id } })),
  rules: [{ id: 'r1', when: { all: [{ field: 'kind', op: 'eq', value: 'a' }, { not: { field: 'name', op: 'eq', value: { ref: 'phone' } } }] }, show: ['text', 'photo'] }],
  title_field: 'name',
  customer: { name: 'name', phone: 'phone' },
}

/** A random but sensible command for the document. */
function draw(document: FormDocument, random: () => number, number: number): Command {
  const whole = (most: number) => Math.floor(random() * most)
  const ids = document.fields.map((field) => field.id)
  const one = ids[whole(ids.length)]
  const some = ids.filter(() => random() < 0.3)
  const insert: Command = { kind: 'insert', items: [{ at: whole(ids.length + 1), field: { id: `f${number}`, type: 'number', label: {} } }] }
  if (one === undefined) return insert
  const choices: Command[] = [
    insert,
    { kind: 'remove', ids: some },
    { kind: 'move', ids: some, to: whole(ids.length + 1) },
    { kind: 'set', field: one, path: ['label', 'en'], value: `label ${number}` },
    { kind: 'set', field: one, path: ['help', 'en'], value: `help ${number}` },
    { kind: 'set', field: one, path: ['required'], value: random() < 0.5 ? true : undefined },
    { kind: 'set', path: ['settings', 'quota'], value: number },
    { kind: 'set', path: ['rules'], value: [] },
    { kind: 'rename', from: one, to: `renamed_${number}` },
    { kind: 'replace', document: { title: {}, fields: document.fields.slice(1) } },
  ]
  const drawn = choices[whole(choices.length)] ?? insert
  return random() < 0.2 ? { kind: 'batch', commands: [insert, drawn] } : drawn
}

describe.each([1, 2, 3, 4, 5, 6, 7, 8])('commands drawn with seed %i', (seed) => {
  const random = randomOf(`commands ${seed}`)

  it('are taken back exactly by their inverse', () => {
    let document = start
    for (let number = 0; number < 60; number++) {
      const command = draw(document, random, number)
      const changed = apply(document, command)
      expect(apply(changed, invert(document, command)), JSON.stringify(command)).toEqual(document)
      document = changed
    }
  })

  it('come back to the start after as many undos, and to the end after as many redos', () => {
    let state = { document: start, history: emptyHistory() }
    for (let number = 0; number < 250; number++) state = perform(state.document, state.history, draw(state.document, random, number), 'x', number * 10_000)
    const end = state.document
    expect(state.history.done).toHaveLength(250)
    state = { ...state, history: JSON.parse(JSON.stringify(state.history)) } // as after a reload
    for (let number = 0; number < 250; number++) state = undo(state.document, state.history)
    expect(state.document).toEqual(start)
    for (let number = 0; number < 250; number++) state = redo(state.document, state.history)
    expect(state.document).toEqual(end)
  })
})

describe('the history', () => {
  const typed = (value: string): Command => ({ kind: 'set', field: 'name', path: ['label', 'en'], value })

  it('takes quick typing into one property as one step', () => {
    let state = perform(start, emptyHistory(), typed('N'), 'x', 0)
    state = perform(state.document, state.history, typed('Na'), 'x', 100)
    state = perform(state.document, state.history, typed('Name'), 'x', 200)
    expect(state.history.done).toHaveLength(1)
    expect(undo(state.document, state.history).document).toEqual(start)
  })

  it('keeps slow changes apart', () => {
    let state = perform(start, emptyHistory(), typed('N'), 'x', 0)
    state = perform(state.document, state.history, typed('Na'), 'x', 5_000)
    expect(state.history.done).toHaveLength(2)
  })

  it('forgets what was undone when something else is done', () => {
    let state = perform(start, emptyHistory(), typed('N'), 'x', 0)
    state = undo(state.document, state.history)
    state = perform(state.document, state.history, { kind: 'remove', ids: ['photo'] }, 'x', 0)
    expect(redo(state.document, state.history).document).toEqual(state.document)
  })

  it('leaves the rules whole when a removed field comes back', () => {
    const gone = perform(start, emptyHistory(), { kind: 'remove', ids: ['kind'] }, 'x', 0)
    expect(undo(gone.document, gone.history).document).toEqual(start)
  })
})

it('renames the field that a fill rule fills in, not the one of the other form that is called alike', () => {
  const link = { id: 'who', type: 'link', form: 'customer', label: {}, fill: [{ from: 'lines', to: 'lines', columns: [{ from: 'lines', to: 'lines' }] }] }
  const document = { title: {}, fields: [link, { id: 'lines', type: 'subform', label: {} }] } as unknown as FormDocument
  const renamed = apply(document, { kind: 'rename', from: 'lines', to: 'items' })
  expect(renamed.fields[0]?.fill).toEqual([{ from: 'lines', to: 'items', columns: [{ from: 'lines', to: 'lines' }] }])
})
