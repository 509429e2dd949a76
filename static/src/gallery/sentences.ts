/** A rule as a sentence: its trigger, and each node as words; conditions are worded by `conditions`. */
import { durationWords } from '@/conditions/words'
import type { FormField, L10n } from '@/api/types'
import { resolve, t } from '@/i18n'
import type { FlowDocument, FlowNode, Preview } from './templates'

/** What names stand for inside a package. */
export class Glossary {
  constructor(private readonly preview: Preview) {}

  fields(form: string): FormField[] {
    return this.preview.forms.find((one) => one.key === form)?.document.fields ?? []
  }
  field(form: string, id: unknown): string {
    const label = resolve(this.fields(form).find((one) => one.id === id)?.label)
    return quoted(label || String(id))
  }
  form(key: unknown): string {
    return quoted(resolve(this.preview.forms.find((one) => one.key === key)?.document.title) || String(key))
  }
  template(key: unknown): string {
    return quoted(resolve(this.preview.templates.find((one) => one.key === key)?.title) || String(key))
  }
  role(key: unknown): string {
    return quoted(resolve(this.preview.roles.find((one) => one.key === key)?.title) || String(key))
  }
  assignment(key: unknown): string {
    return quoted(resolve(this.preview.assignment_rules.find((one) => one.key === key)?.title) || String(key))
  }
  value(form: string, id: string, value: unknown): string {
    if (value === null) return t('gallery.value.empty')
    if (typeof value === 'boolean') return t(value ? 'conditions.yes' : 'conditions.no')
    if (typeof value === 'object') return this.computed(form, value as { ref?: string; fn?: string; plus?: string; liquid?: string })
    const field = this.fields(form).find((one) => one.id === id)
    return quoted(resolve(field?.options?.find((one) => one.value === value)?.label) || String(value))
  }
  private computed(form: string, value: { ref?: string; fn?: string; plus?: string }): string {
    if (value.ref) return this.field(form, value.ref)
    if (value.fn) {
      const moment = t(`conditions.fn.${value.fn}`)
      return value.plus ? t('gallery.value.later', { moment, period: durationWords(value.plus) ?? value.plus }) : moment
    }
    return t('gallery.value.computed')
  }
}

function quoted(text: string): string {
  return t('gallery.quoted', { text })
}
const comma = () => t('gallery.listComma')

export function triggerWords(flow: FlowDocument, glossary: Glossary): string {
  const { trigger } = flow
  const form = glossary.form(flow.form)
  const fields = Array.isArray(trigger.fields) ? trigger.fields.map((one) => glossary.field(flow.form, one)).join(comma()) : ''
  switch (trigger.type) {
    case 'record_updated':
      return fields ? t('gallery.when.changed', { form, fields }) : t('gallery.when.record_updated', { form })
    case 'date_offset':
      return offsetWords(String(trigger.offset ?? ''), form, glossary.field(flow.form, trigger.field))
    case 'scheduled':
      return t('gallery.when.scheduled', { every: t(`gallery.every.${trigger.every}`), day: trigger.weekday ? t(`gallery.weekday.${trigger.weekday}`) : '', at: String(trigger.at ?? ''), form })
    case 'button':
      return t('gallery.when.button', { form, label: quoted(resolve(trigger.label as L10n)) })
    case 'message_received':
      return t(`gallery.when.message_${trigger.which ?? 'any'}`, { form })
    case 'webhook':
      return t('gallery.when.webhook')
    default:
      return t('gallery.when.record_created', { form })
  }
}
function offsetWords(offset: string, form: string, field: string): string {
  const isBefore = offset.startsWith('-')
  const period = durationWords(offset.replace(/^[-+]/, ''))
  if (!period || /^P(T0[HMS]|0D)$/.test(offset)) return t('gallery.when.atDate', { form, field })
  return t(isBefore ? 'gallery.when.beforeDate' : 'gallery.when.afterDate', { form, field, period })
}

export function actionWords(node: FlowNode, form: string, glossary: Glossary): string {
  const say = ACTIONS[node.type]
  return say ? say(node, form, glossary) : node.type
}
type Say = (node: FlowNode, form: string, glossary: Glossary) => string
const ACTIONS: Record<string, Say> = {
  set_fields: (node, form, glossary) =>
    Object.entries((node.values ?? {}) as Record<string, unknown>)
      .map(([id, value]) => t(value === null ? 'gallery.do.clear' : 'gallery.do.set', { field: glossary.field(form, id), value: glossary.value(form, id, value) }))
      .join(comma()),
  assign: (node, _form, glossary) => (node.rule ? t('gallery.do.assignBy', { rule: glossary.assignment(node.rule) }) : t('gallery.do.assignTo', { who: who(node.candidates as Record<string, unknown>, '', glossary) })),
  create_record: (node, _form, glossary) => t('gallery.do.create', { form: glossary.form(node.form) }),
  update_record: (node, _form, glossary) => t('gallery.do.update', { form: glossary.form(node.form) }),
  reply_mail: (node, form, glossary) => t('gallery.do.mail', { template: glossary.template(node.template), who: who(node.to as Record<string, unknown>, form, glossary) }),
  notify: (node, form, glossary) => t('gallery.do.notify', { who: who(node.to as Record<string, unknown>, form, glossary) }),
  call_webhook: (node) => t('gallery.do.webhook', { host: hostOf(String(node.url ?? '')) }),
  add_comment: () => t('gallery.do.comment'),
}
function who(to: Record<string, unknown> | undefined, form: string, glossary: Glossary): string {
  if (to?.user_field) return glossary.field(form, to.user_field)
  if (to?.field) return glossary.field(form, to.field)
  if (to?.role) return glossary.role(to.role)
  const roles = Array.isArray(to?.roles) ? to.roles : []
  return roles.map((role) => glossary.role(role)).join(comma()) || t('gallery.do.someone')
}
function hostOf(url: string): string {
  try {
    return new URL(url).host
  } catch {
    return url
  }
}
