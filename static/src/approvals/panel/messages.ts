/** The texts of a step: for each occasion what stands in the app and in a mail. */
import type { L10n } from '@/api/types'

export type When = 'asked' | 'reminded' | 'decided'
export type Part = 'app' | 'subject' | 'body'
export type Messages = Partial<Record<When, Partial<Record<Part, L10n>>>>

/** What the house says where a step says nothing, to be seen as a shadow in the empty fields. */
export const USUAL: Record<string, L10n> = {
  approve: { 'zh-CN': '待您审批：…', en: 'Waiting for your approval: …' },
  fill: { 'zh-CN': '待您填写：…', en: 'Waiting for you to fill in: …' },
  cc: { 'zh-CN': '抄送给您：…', en: 'A copy for you: …' },
  reminded: { 'zh-CN': '即将到期：…', en: 'Due soon: …' },
}

/** The texts with one of them changed; what is empty goes, and undefined is left where nothing is. */
export function withText(messages: Messages, when: When, part: Part, text: L10n): Messages | undefined {
  const kept = Object.fromEntries(Object.entries(text).filter(([, words]) => words?.trim())) as L10n
  const told = { ...messages[when], [part]: kept }
  const texts = Object.fromEntries(Object.entries(told).filter(([, one]) => Object.keys(one).length))
  const all = Object.fromEntries(Object.entries({ ...messages, [when]: texts }).filter(([, one]) => Object.keys(one ?? {}).length))
  return Object.keys(all).length ? all : undefined
}
