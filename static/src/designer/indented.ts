/** A tree of options as an indented list and back: one option a line, two spaces or a tab for each level. */
import type { Locale } from '@/api/types'
import type { TreeOption } from '@/records/values/tree'
import { freeId } from './document'

const TAB = 2

export function toIndented(options: readonly TreeOption[], locale: Locale, level = 0): string {
  return options.map((one) => `${' '.repeat(level * TAB)}${one.label[locale] ?? Object.values(one.label)[0] ?? one.value}\n${toIndented(one.children ?? [], locale, level + 1)}`).join('')
}

/** The tree of an indented list. A line that stood in the same place before keeps its value and its other language. */
export function fromIndented(text: string, locale: Locale, before: readonly TreeOption[]): TreeOption[] {
  const top: TreeOption[] = []
  const taken = valuesOf(before)
  const open: { indent: number; list: TreeOption[]; known: readonly TreeOption[] }[] = [{ indent: -1, list: top, known: before }]
  for (const line of text.replaceAll('\t', ' '.repeat(TAB)).split('\n')) {
    const name = line.trim()
    if (!name) continue
    const indent = line.length - line.trimStart().length
    while (open.length > 1 && (open.at(-1)?.indent ?? 0) >= indent) open.pop()
    const { list, known } = open.at(-1) as (typeof open)[number]
    const same = list.find((one) => one.label[locale] === name)
    const old = known.find((one) => (one.label[locale] ?? Object.values(one.label)[0]) === name)
    const made: TreeOption = same ?? (old ? { ...old, children: undefined } : { value: fresh(taken), label: { [locale]: name } })
    if (!same) list.push(made)
    taken.push(made.value)
    const children = (made.children ??= [])
    open.push({ indent, list: children, known: old?.children ?? [] })
  }
  return bare(top)
}

function valuesOf(options: readonly TreeOption[]): string[] {
  return options.flatMap((one) => [one.value, ...valuesOf(one.children ?? [])])
}
function fresh(taken: string[]): string {
  return freeId(taken, `option_${taken.length + 1}`)
}
/** Without empty lists of children. */
function bare(options: TreeOption[]): TreeOption[] {
  return options.map(({ children, ...one }) => (children?.length ? { ...one, children: bare(children) } : one))
}
