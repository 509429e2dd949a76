/**
 * The records behind a grid, read page by page as they come into sight. What is shown stays until its successor has
 * arrived. Sequential pages follow the server's cursor; a jump asks by offset.
 */
import { computed, ref, shallowRef } from 'vue'
import { http } from '@/api/http'
import { isProblem, type ApiProblem } from '@/api/problem'
import type { Condition, FormField } from '@/api/types'
import { layOut } from './layout'
import { both, inGroup } from './look'
import type { RecordPage, RecordRow } from './types'
import { learn } from './values/names'

export const PAGE = 100

export interface Ask {
  form: string
  filter: Condition
  sort: string[]
  groupBy: FormField | null
  q: string
}
interface Page {
  rows: RecordRow[]
  next: string | null
  state: 'asking' | 'here' | 'failed'
}
export interface Group {
  key: string
  value: unknown
  count: number
  isOpen: boolean
  hasHead: boolean
  condition: Condition
  pages: Map<number, Page>
}
interface AggregateAnswer {
  rows: { group: Record<string, unknown>; measures: (string | number | null)[] }[]
  linked?: RecordPage['linked']
}

/** Groups in the order of the field's options, others by size, those without a value last. */
export function inOrder(found: { value: unknown; count: number }[], field: FormField): { value: unknown; count: number }[] {
  const place = (value: unknown) => {
    if (value === null || value === '') return Number.MAX_SAFE_INTEGER
    const at = field.options?.findIndex((option) => option.value === value) ?? -1
    return at < 0 ? 1_000 : at
  }
  return [...found].sort((a, b) => place(a.value) - place(b.value) || b.count - a.count)
}

export function useRows() {
  const groups = shallowRef<Group[]>([])
  const version = ref(0)
  const problem = shallowRef<ApiProblem | null>(null)
  const isReading = ref(false)
  const isReady = ref(false)
  let ask: Ask | null = null
  let round = 0
  const closed = new Set<string>()

  const layout = computed(() => layOut((void version.value, groups.value.map((group) => ({ count: group.count, isOpen: group.isOpen, hasHead: group.hasHead })))))
  const total = computed(() => layout.value.records)
  const touch = () => (version.value += 1)

  async function load(wanted: Ask): Promise<void> {
    const mine = ++round
    ask = wanted
    isReading.value = true
    problem.value = null
    try {
      const fresh = wanted.groupBy && !wanted.q ? await readGroups(wanted, wanted.groupBy) : [await readAll(wanted)]
      if (mine !== round) return
      groups.value = fresh
      isReady.value = true
      touch()
    } catch (caught) {
      if (mine !== round) return
      if (!isProblem(caught)) throw caught
      problem.value = caught
    } finally {
      if (mine === round) isReading.value = false
    }
  }
  const reload = () => (ask ? load(ask) : Promise.resolve())

  async function readAll(wanted: Ask): Promise<Group> {
    const group = fresh('', null, 0, false, {})
    const page = await read(wanted, group, 0, true)
    group.count = page.count ?? page.records.length
    group.pages.set(0, { rows: page.records, next: page.next, state: 'here' })
    return group
  }
  async function readGroups(wanted: Ask, field: FormField): Promise<Group[]> {
    const body = { group_by: [{ field: field.id }], measures: [{ op: 'count' }], filter: wanted.filter }
    const answer = await http.post<AggregateAnswer>(`/forms/${wanted.form}/aggregate`, body)
    learn(answer)
    const found = answer.rows.map((row) => ({ value: row.group[field.id], count: Number(row.measures[0]) }))
    const made = inOrder(found, field).map((one) => fresh(String(one.value ?? ''), one.value, one.count, true, inGroup(field.id, one.value)))
    const first = made.find((group) => group.isOpen)
    if (first) await fill(wanted, first, 0)
    return made
  }
  const fresh = (key: string, value: unknown, count: number, hasHead: boolean, condition: Condition): Group => ({ key, value, count, hasHead, condition, isOpen: !closed.has(key), pages: new Map() })

  function read(wanted: Ask, group: Group, at: number, withCount = false): Promise<RecordPage> {
    const before = group.pages.get(at - 1)
    const from = before?.state === 'here' && before.next ? { cursor: before.next } : at ? { offset: at * PAGE } : {}
    const filter = both(wanted.filter, group.condition)
    return http
      .get<RecordPage>(`/forms/${wanted.form}/records`, {
        query: { filter: Object.keys(filter).length ? JSON.stringify(filter) : undefined, sort: wanted.sort.join(','), q: wanted.q, rows: 'count', limit: PAGE, count: withCount ? 'exact' : undefined, ...from },
      })
      .then((page) => {
        learn(page)
        return page
      })
  }
  async function fill(wanted: Ask, group: Group, at: number): Promise<void> {
    group.pages.set(at, { rows: [], next: null, state: 'asking' })
    try {
      const page = await read(wanted, group, at)
      group.pages.set(at, { rows: page.records, next: page.next, state: 'here' })
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      group.pages.set(at, { rows: [], next: null, state: 'failed' })
    }
    touch()
  }

  /** Read what is missing between two lines. */
  function ensure(from: number, to: number): void {
    if (!ask) return
    for (let index = from; index <= to; index += 1) {
      const line = layout.value.lineAt(index)
      const group = line && groups.value[line.block]
      if (line?.kind !== 'record' || !group) continue
      const page = Math.floor(line.at / PAGE)
      if (!group.pages.has(page)) void fill(ask, group, page)
    }
  }
  function rowAt(index: number): RecordRow | undefined {
    const line = layout.value.lineAt(index)
    return line?.kind === 'record' ? groups.value[line.block]?.pages.get(Math.floor(line.at / PAGE))?.rows[line.at % PAGE] : undefined
  }
  function* loaded(): Generator<{ row: RecordRow; group: Group; block: number; page: Page; at: number; index: number }> {
    for (const [block, group] of groups.value.entries()) {
      for (const [number, page] of group.pages) {
        for (const [at, row] of page.rows.entries()) yield { row, group, block, page, at, index: number * PAGE + at }
      }
    }
  }
  function find(id: string): RecordRow | undefined {
    for (const one of loaded()) if (one.row.id === id) return one.row
    return undefined
  }
  /** The line that shows a record, or -1 when it is not loaded or its group is closed. */
  function lineOf(id: string): number {
    for (const one of loaded()) if (one.row.id === id) return one.group.isOpen ? layout.value.indexOf(one.block, one.index) : -1
    return -1
  }
  function replace(record: RecordRow): void {
    for (const one of loaded()) {
      if (one.row.id !== record.id) continue
      one.page.rows = one.page.rows.with(one.at, record)
      return void touch()
    }
  }
  function toggle(group: Group): void {
    group.isOpen = !group.isOpen
    if (group.isOpen) closed.delete(group.key)
    else closed.add(group.key)
    touch()
  }
  /** Ids of all matching records, also of those that were never in sight. */
  async function everyId(): Promise<string[]> {
    const ids: string[] = []
    let cursor: string | null = null
    do {
      const query: Record<string, string | number | undefined> = { filter: JSON.stringify(ask?.filter ?? {}), q: ask?.q, sort: ask?.sort.join(','), limit: 200, fields: '', cursor: cursor ?? undefined }
      const page: RecordPage = await http.get<RecordPage>(`/forms/${ask?.form}/records`, { query })
      ids.push(...page.records.map((record) => record.id))
      cursor = page.next
    } while (cursor)
    return ids
  }
  return { groups, version, layout, total, problem, isReading, isReady, load, reload, ensure, rowAt, find, lineOf, replace, toggle, loaded, everyId }
}
export type Rows = ReturnType<typeof useRows>
