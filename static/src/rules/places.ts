import { catalog } from '@/api/catalog'
import type { L10n } from '@/api/types'
import { resolve } from '@/i18n'
import type { RuleDocument, RuleNode } from './rule'

/** Where something was found, in words: the action that the path leads to. */
export function placeOf(document: RuleDocument, path: string | null): string {
  let nodes: RuleNode[] | undefined = document.nodes
  let found: RuleNode | undefined
  for (const part of (path ?? '').split('/').slice(1)) {
    if (/^\d+$/.test(part)) found = nodes?.[Number(part)]
    else if (part === 'then' || part === 'else') nodes = found?.[part]
  }
  const types = (catalog.value?.raw.nodes ?? []) as { id: string; label: L10n }[]
  return path?.startsWith('nodes/') && found && found.type !== 'branch' ? resolve(types.find((one) => one.id === found?.type)?.label) : ''
}
