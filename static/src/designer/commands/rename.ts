import type { Condition } from '@/api/types'
import { isLeaf } from '@/conditions/tree'
import type { FormDocument, FormRule } from '../document'
import type { Command } from './command'

/** Give a field another id, everywhere in the document. Only sensible before its first publication. */
export interface Rename {
  kind: 'rename'
  from: string
  to: string
}

function inCondition(when: Condition, from: string, to: string): Condition {
  if (isLeaf(when)) {
    const value = when.value as { ref?: string } | undefined
    return { ...when, field: when.field === from ? to : when.field, ...(typeof value === 'object' && value?.ref === from && { value: { ref: to } }) }
  }
  if ('all' in when) return { all: (when.all as Condition[]).map((one) => inCondition(one, from, to)) }
  if ('any' in when) return { any: (when.any as Condition[]).map((one) => inCondition(one, from, to)) }
  if ('not' in when) return { not: inCondition(when.not as Condition, from, to) }
  return when
}

export function apply(document: FormDocument, { from, to }: Rename): FormDocument {
  const swap = (id: string) => (id === from ? to : id)
  const changed: FormDocument = { ...document, fields: document.fields.map((field) => (field.id === from ? { ...field, id: to } : field)) }
  if (document.rules) {
    changed.rules = document.rules.map((rule): FormRule => ({
      ...rule,
      when: inCondition(rule.when, from, to),
      ...(rule.show && { show: rule.show.map(swap) }),
      ...(rule.hide && { hide: rule.hide.map(swap) }),
      ...(rule.require && { require: rule.require.map(swap) }),
    }))
  }
  if (document.title_field) changed.title_field = swap(document.title_field)
  if (document.customer) changed.customer = Object.fromEntries(Object.entries(document.customer).map(([part, id]) => [part, swap(id)]))
  return changed
}

export function invert(_document: FormDocument, { from, to }: Rename): Command {
  return { kind: 'rename', from: to, to: from }
}
