/** What the drawing of a process has to know of whoever shows it: the designer, a simulation, or a process that runs. */
import { inject, provide, type ComputedRef, type InjectionKey, type Ref } from 'vue'
import type { FormField } from '@/api/types'
import type { FlowNode } from '../flow'
import type { Spot } from '../tree'

/** The way of a wait whose condition came to hold; nothing stands on it. */
export const IN_TIME = 'in_time'

export interface Mark {
  state: 'done' | 'current' | 'ahead' | 'skipped' | 'rejected'
  /** The position on a simulated way. */
  n?: number
  people?: { name: string; state?: string }[]
  note?: string
}
export interface TreeView {
  fields: ComputedRef<FormField[]>
  marks: ComputedRef<Map<string, Mark> | null>
  findings?: ComputedRef<Map<string, { message: string; isError: boolean }[]>>
  selected: Ref<string | null>
  /** Present where the tree is edited. */
  edit?: TreeEdit
  nameOf: (node: FlowNode) => string
  iconOf: (type: string) => string
  flowTitle?: (key: string) => string
}
export interface TreeEdit {
  moving: Ref<string | null>
  mayPut: (id: string, spot: Spot) => boolean
  put: (spot: Spot) => void
  add: (type: string, spot: Spot) => void
  addBranch: (node: FlowNode) => void
  paste: (spot: Spot) => void
  menu: (node: FlowNode, at: MouseEvent) => void
}
const KEY: InjectionKey<TreeView> = Symbol('tree')
export const provideTree = (view: TreeView) => provide(KEY, view)
export function useTree(): TreeView {
  const found = inject(KEY)
  if (!found) throw new Error('useTree() outside of a tree')
  return found
}

/** The stop of the drawing that lies in a direction: the nearest, what lies straight ahead first. */
export function neighbour(root: HTMLElement, from: HTMLElement, key: string): HTMLElement | undefined {
  const here = from.getBoundingClientRect()
  const middle = (box: DOMRect) => ({ x: box.left + box.width / 2, y: box.top + box.height / 2 })
  const start = middle(here)
  const ways: Record<string, (to: { x: number; y: number }) => [ahead: number, aside: number]> = {
    ArrowDown: (to) => [to.y - start.y, to.x - start.x],
    ArrowUp: (to) => [start.y - to.y, to.x - start.x],
    ArrowRight: (to) => [to.x - start.x, to.y - start.y],
    ArrowLeft: (to) => [start.x - to.x, to.y - start.y],
  }
  const way = ways[key]
  if (!way) return undefined
  const weighed = [...root.querySelectorAll<HTMLElement>('[data-stop]')]
    .filter((one) => one !== from)
    .map((one) => ({ one, at: way(middle(one.getBoundingClientRect())) }))
    .filter(({ at: [ahead] }) => ahead > 8)
    .map(({ one, at: [ahead, aside] }) => ({ one, weight: ahead + Math.abs(aside) * 2 }))
  return weighed.sort((a, b) => a.weight - b.weight)[0]?.one
}
