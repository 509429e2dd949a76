import { catalog } from '@/api/catalog'
import type { L10n } from '@/api/types'
import { resolve } from '@/i18n'
import type { RuleDocument, RuleNode } from './rule'

/** Where something was found, in words: the action that the path leads to. */
export function placeOf(document: RuleDocument, path: string | null): string {
  let found: RuleNode | undefined
  let list: RuleNode[] | undefined = document.nodes
  let ways: RuleNode['branches']
  for (const part of (path ?? '').split('/').slice(1)) {
    if (/^\d+$/.test(part)) {
      if (ways) list = ways[Number(part)]?.nodes
      else if (list) found = list[Number(part)]
      ;[ways, list] = [undefined, ways ? list : undefined]
    } else if (part === 'branches') ways = found?.branches
    else if (part === 'then' || part === 'else' || part === 'late') list = found?.[part]
    else if (part === 'nodes') list ??= found?.nodes
  }
  const types = (catalog.value?.raw.nodes ?? []) as { id: string; label: L10n }[]
  return path?.startsWith('nodes/') && found && found.type !== 'branch' ? resolve(types.find((one) => one.id === found?.type)?.label) : ''
}
