import { describe, expect, it } from 'vitest'
import type { FormField } from '@/api/types'
import { addressesOf, complete, fieldsFor, freshServer, placed, secured } from '@/mailboxes/mailboxes'

const field = (id: string, type: string): FormField => ({ id, type, label: { 'zh-CN': id, en: id } })
const TICKET = [field('subject', 'text'), field('customer', 'text'), field('email', 'email'), field('description', 'textarea'), field('papers', 'file'), field('due', 'date'), field('phone', 'phone')]
const ids = (fields: FormField[]) => fields.map((one) => one.id)

describe('where the parts of a mail may go', () => {
  it.each([
    ['subject', ['subject', 'customer', 'description']],
    ['text', ['description', 'subject', 'customer']],
    ['from', ['email', 'subject', 'customer']],
    ['files', ['papers']],
    ['at', ['due']],
  ] as const)('%s', (part, fields) => expect(ids(fieldsFor(part, TICKET))).toEqual(fields))
  it('begins with the fields made for each, and none takes two', () => {
    expect(placed(TICKET)).toEqual({ subject: 'subject', text: 'description', from: 'email', name: null, files: 'papers', at: null })
  })
  it('keep what was chosen for them, whatever it is', () => {
    expect(ids(fieldsFor('name', TICKET, 'phone'))).toContain('phone')
    expect(ids(fieldsFor('name', TICKET))).not.toContain('phone')
  })
  it('leaves a part out where only a field for other texts is left', () => {
    expect(placed([field('name', 'text'), field('note', 'text')])).toEqual({ subject: 'name', text: null, from: null, name: null, files: null, at: null })
  })
})

describe('addresses as they are typed', () => {
  it.each([
    ['support@example.com', ['support@example.com']],
    ['A@Example.com, <b@example.com>;c@example.com\na@example.com', ['a@example.com', 'b@example.com', 'c@example.com']],
    [' ，、 ', []],
  ])('%s', (typed, addresses) => expect(addressesOf(typed)).toEqual(addresses))
  it('are twenty at most', () => {
    expect(addressesOf(Array.from({ length: 25 }, (_, n) => `a${n}@example.com`).join(' '))).toHaveLength(20)
  })
})

describe('a document that says little', () => {
  it('is taken as the server takes it', () => {
    expect(complete({ title: {}, form: 'ticket' })).toEqual({ title: {}, form: 'ticket', addresses: [], fields: {}, values: {}, unmatched: 'create', server: null })
    expect(complete({ server: { host: 'imap.loom.example', user: 'help' } as never }).server).toEqual({ host: 'imap.loom.example', user: 'help', port: 993, security: 'tls', folder: 'INBOX', after: 'keep' })
  })
})

describe('a server to fetch from', () => {
  it('is guessed from the address', () => {
    expect(freshServer('help@loom.example')).toMatchObject({ host: 'imap.loom.example', user: 'help@loom.example', port: 993, security: 'tls', folder: 'INBOX', after: 'keep' })
  })
  it('changes its port with its security, unless it has one of its own', () => {
    const server = freshServer('help@loom.example')
    expect(secured(server, 'starttls').port).toBe(143)
    expect(secured({ ...server, port: 1993 }, 'starttls').port).toBe(1993)
  })
})
