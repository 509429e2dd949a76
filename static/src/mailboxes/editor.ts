/** What the editor of a mailbox knows and can do; it stands on the draft and history that every designer has. */
import { computed, inject, provide, shallowRef, type InjectionKey } from 'vue'
import type { FormField, L10n } from '@/api/types'
import { createDesigner, provideDesigner } from '@/designer/designer'
import type { Command } from '@/designer/commands/command'
import { resolve, t } from '@/i18n'
import type { DefinitionSummary } from '@/rules/rule'
import { complete, placed, type MailboxDocument, type MailboxInfo } from './mailboxes'

export interface Found { message: string; isError: boolean }

export function createMailbox(id: string) {
  const base = createDesigner(id)
  const { draft } = base
  const document = computed(() => complete(draft.document.value as unknown as MailboxDocument))
  const info = shallowRef<MailboxInfo | null>(null)
  const forms = shallowRef<DefinitionSummary[]>([])
  const fields = shallowRef<FormField[]>([])
  const nameOf = (part: string) => t(`mailboxes.part.${part}`)
  const errors = computed(() => draft.findings.value.filter((one) => one.severity !== 'warning').length)

  /** Set one part of the document, an undefined value takes it away. */
  function set(path: string[], value: unknown): void {
    draft.run({ kind: 'set', path, value }, 'designer.did.set', { name: nameOf(path[0] ?? '') })
  }
  /** Another form has other fields: what came where and which values are fixed begins anew, in one step. */
  function chooseForm(key: string, among: readonly FormField[]): void {
    const commands: Command[] = [{ kind: 'set', path: ['form'], value: key }, { kind: 'set', path: ['fields'], value: placed(among) }, { kind: 'set', path: ['values'], value: {} }]
    draft.run({ kind: 'batch', commands }, 'designer.did.set', { name: nameOf('form') })
  }
  /** What the server found in these parts of the document. */
  const found = (...parts: string[]): Found[] => draft.findings.value
    .filter((one) => parts.includes(one.field ?? ''))
    .map((one) => ({ message: words(one.message), isError: one.severity !== 'warning' }))

  function placeName(place: string | null): string {
    return place ? `${nameOf(place)}${t('designer.colon')}` : ''
  }
  function jumpTo(place: string | null): void {
    window.document.querySelector(`[data-part~="${place}"]`)?.scrollIntoView({ block: 'start' })
  }
  provideDesigner({ ...base, nameOfId: nameOf, placeName, jumpTo })
  return { id, draft, document, info, forms, fields, errors, set, chooseForm, found, undo: base.undo, redo: base.redo }
}
const words = (message: string | L10n) => (typeof message === 'string' ? message : resolve(message))

export type MailboxEditor = ReturnType<typeof createMailbox>
const KEY: InjectionKey<MailboxEditor> = Symbol('mailbox')
export const provideMailbox = (mailbox: MailboxEditor) => provide(KEY, mailbox)
export function useMailbox(): MailboxEditor {
  const found = inject(KEY)
  if (!found) throw new Error('useMailbox() outside of the editor of a mailbox')
  return found
}
