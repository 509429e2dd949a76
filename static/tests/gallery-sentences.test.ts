import { beforeAll, describe, expect, it } from 'vitest'
import { actionWords, Glossary, triggerWords } from '@/gallery/sentences'
import type { FlowDocument, Preview } from '@/gallery/templates'
import { setLocale } from '@/i18n'

const preview: Preview = {
  forms: [{ key: 'ticket', public: true, document: { title: { en: 'Ticket' }, fields: [{ id: 'status', type: 'select', label: { en: 'Status' }, options: [{ value: 'new', label: { en: 'New' } }] }, { id: 'due', type: 'datetime', label: { en: 'Due' } }] } }],
  dashboards: [], flows: [], views: [], permission_groups: [], assignment_rules: [], samples: {}, calls_out_to: [],
  templates: [{ key: 'thanks', title: { en: 'Thanks' }, document: {} }],
  roles: [{ key: 'lead', title: { en: 'Lead' } }],
}
const words = new Glossary(preview)
const flow = (trigger: FlowDocument['trigger']): FlowDocument => ({ title: {}, form: 'ticket', trigger, nodes: [] })

beforeAll(() => setLocale('en'))

describe('a rule as a sentence', () => {
  it('begins with its trigger', () => {
    expect(triggerWords(flow({ type: 'record_created' }), words)).toBe('When a record of “Ticket” is created')
    expect(triggerWords(flow({ type: 'record_updated', fields: ['status'] }), words)).toContain('“Status” of “Ticket”')
    expect(triggerWords(flow({ type: 'date_offset', field: 'due', offset: '-P1D' }), words)).toContain('before “Due”')
    expect(triggerWords(flow({ type: 'date_offset', field: 'due', offset: 'PT0M' }), words)).toContain('When the time in “Due”')
  })
  it('names options, templates and roles, not their keys', () => {
    expect(actionWords({ id: 'a', type: 'set_fields', values: { status: 'new', due: { fn: 'now', plus: 'P1D' } } }, 'ticket', words)).toMatch(/set “Status” to “New”, set “Due” to .+ \+ .+/)
    expect(actionWords({ id: 'b', type: 'reply_mail', template: 'thanks', to: { role: 'lead' } }, 'ticket', words)).toBe('send the mail “Thanks” to “Lead”')
  })
})
