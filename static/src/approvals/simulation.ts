/** A rehearsal of a process as it is drawn: for whom, with which values, and what way that would take. */
import { computed, ref, shallowRef } from 'vue'
import { http } from '@/api/http'
import { isProblem } from '@/api/problem'
import { resolve, t } from '@/i18n'
import type { L10n } from '@/api/types'
import type { Process } from './process'
import { SIDES } from './tree'
import type { Mark } from './tree/view'

export interface Station {
  node: string
  title: L10n | string
  type: string
  people: { id: string; name: string }[]
  mode?: string
  /** Whether the initiator would choose them. */
  chosen?: boolean
  error?: L10n | null
}

export function useSimulation(process: Process) {
  const isOpen = ref(false)
  const initiator = ref<string | null>(null)
  const values = ref<Record<string, unknown>>({})
  const path = shallowRef<Station[] | null>(null)
  const problem = ref('')
  const isBusy = ref(false)

  async function run(): Promise<void> {
    if (!initiator.value) return
    isBusy.value = true
    problem.value = ''
    try {
      const answer = await http.post<{ path: Station[] }>(`/flows/${process.id}/simulate`, { initiator: initiator.value, values: values.value, document: process.document.value })
      path.value = answer.path
    } catch (caught) {
      if (!isProblem(caught)) throw caught
      path.value = null
      problem.value = caught.errors[0]?.message ?? (caught.isOffline ? t('ui.unreachable') : caught.message)
    } finally {
      isBusy.value = false
    }
  }
  function close(): void {
    isOpen.value = false
    path.value = null
  }
  /** The way on the tree: every station numbered, the branch above each of them too. */
  const marks = computed<Map<string, Mark> | null>(() => {
    if (!path.value) return null
    const found = new Map<string, Mark>([['start', { state: 'done' }], ['end', { state: 'done' }]])
    path.value.forEach((one, at) => {
      found.set(one.node, { state: 'done', n: at + 1, people: one.people.map(({ name }) => ({ name })), note: one.chosen ? t('approvals.who.chosen') : resolve(one.error) })
    })
    for (const [way, nodes] of waysWithNodes(process)) if (nodes.some((id) => found.has(id))) found.set(way, { state: 'done' })
    return found
  })
  return { isOpen, initiator, values, path, problem, isBusy, marks, run, close }
}
export type Simulation = ReturnType<typeof useSimulation>

/** The names that heads of ways have on the tree, with the nodes that stand in each. */
function waysWithNodes(process: Process): [string, string[]][] {
  const found: [string, string[]][] = []
  const walk = (nodes: Process['nodes']['value']): void => {
    for (const node of nodes) {
      for (const branch of node.branches ?? []) found.push([branch.id, branch.nodes.map((one) => one.id)])
      for (const side of SIDES) if (node[side]?.length) found.push([`${node.id}/${side}`, node[side].map((one) => one.id)])
      for (const branch of node.branches ?? []) walk(branch.nodes)
      for (const side of SIDES) walk(node[side] ?? [])
    }
  }
  walk(process.nodes.value)
  return found
}
