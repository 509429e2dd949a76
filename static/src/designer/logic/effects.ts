/** What a rule does: the effects that are lists of fields, and those with more to say. */
import { typeInfo } from '@/api/catalog'
import { offeredBy } from '@/records/values/own'
import type { FormField } from '@/api/types'
import type { Rule } from '@/shared/rules'
import type { FormRule } from '../document'

export const LISTS = ['show', 'hide', 'require', 'lock'] as const
export const EFFECTS = [...LISTS, 'set', 'options', 'jump'] as const
export type Effect = (typeof EFFECTS)[number]

/** The effects that a rule has, in the order in which they are told. */
export function effectsOf(rule: Rule): Effect[] {
  return EFFECTS.filter((effect) => (effect === 'jump' ? rule.jump : rule[effect]?.length))
}

/** The fields that a rule does something to; where a jump begins and lands is not among them. */
export function targetsOf(rule: Rule): string[] {
  return [...LISTS.flatMap((list) => rule[list] ?? []), ...(rule.set ?? []).map((one) => one.field), ...(rule.options ?? []).map((one) => one.field)]
}

/** Every field that a rule names besides those in its condition and its formulas. */
export function placesOf(rule: Rule): string[] {
  return [...targetsOf(rule), ...(rule.jump ? [rule.jump.after, ...(rule.jump.to ? [rule.jump.to] : [])] : [])]
}

/** The same rule about other fields. */
export function moved<R extends Rule>(rule: R, ids: ReadonlyMap<string, string>): R {
  const to = (id: string) => ids.get(id) ?? id
  const changed: R = { ...rule }
  for (const list of LISTS) if (rule[list]) changed[list] = rule[list].map(to)
  if (rule.set) changed.set = rule.set.map((one) => ({ ...one, field: to(one.field) }))
  if (rule.options) changed.options = rule.options.map((one) => ({ ...one, field: to(one.field) }))
  if (rule.jump) changed.jump = { after: to(rule.jump.after), ...(rule.jump.to && { to: to(rule.jump.to) }) }
  return changed
}

export const canBeSet = (field: FormField) => Boolean(typeInfo(field.type)?.is_stored && !typeInfo(field.type)?.is_generated && typeInfo(field.type)?.value_kind !== 'files')
export const canBeLimited = (field: FormField) => Boolean(typeInfo(field.type)?.limits_options)
export const opensPage = (field: FormField) => Boolean(typeInfo(field.type)?.opens_page)

/** What comes after a question, or after everything on a page. */
function rest(fields: readonly FormField[], after: string): FormField[] {
  const at = fields.findIndex((field) => field.id === after)
  const field = fields[at]
  if (!field) return []
  const later = fields.slice(at + 1)
  const next = later.findIndex(opensPage)
  return opensPage(field) ? (next < 0 ? [] : later.slice(next)) : later
}

/** The pages that a jump from `after` may lead to. */
export function landings(fields: readonly FormField[], after: string): FormField[] {
  return rest(fields, after).filter(opensPage)
}

/** What lies between a jump's start and where it lands. */
export function leaptOver(fields: readonly FormField[], { jump }: Rule): string[] {
  const between = jump ? rest(fields, jump.after) : []
  const end = jump?.to ? between.findIndex((field) => field.id === jump.to) : between.length
  return between.slice(0, Math.max(end, 0)).map((field) => field.id)
}

/** What a new effect begins with; an effect that is a list begins empty. */
export function begun(effect: Effect, fields: readonly FormField[]): Partial<FormRule> {
  const first = (fits: (field: FormField) => boolean) => fields.find(fits)?.id ?? ''
  if (effect === 'set') return { set: [{ field: first(canBeSet) }] }
  if (effect === 'options') {
    const field = fields.find(canBeLimited)
    return { options: [{ field: field?.id ?? '', only: field ? offeredBy(field).map((one) => one.value) : [] }] }
  }
  if (effect === 'jump') return { jump: { after: first((field) => !opensPage(field) && Boolean(typeInfo(field.type)?.is_stored)) } }
  return { [effect]: [] }
}
