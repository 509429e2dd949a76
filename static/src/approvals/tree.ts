/**
 * The tree of a process and what one does with it. Every function is pure and gives a new list of nodes that shares
 * what did not change. A place is the way that nodes stand in and the position there; the way at the top is called
 * `''`, others `<node>/then`, `<node>/else`, `<node>/late` and `<node>/<branch>`.
 */
import type { Branch, FlowNode } from './flow'

export interface Spot {
  way: string
  at: number
}
export interface Way {
  key: string
  nodes: FlowNode[]
  /** The branch of a route or of parallel ways. */
  branch?: Branch
}

/** The settings of nodes that hold a way of their own. */
export const SIDES = ['then', 'else', 'late'] as const

export function waysOf(node: FlowNode): Way[] {
  if (node.branches) return node.branches.map((branch) => ({ key: `${node.id}/${branch.id}`, nodes: branch.nodes, branch }))
  if (node.type === 'wait_until') return node.after || node.late?.length ? [{ key: `${node.id}/late`, nodes: node.late ?? [] }] : []
  if (node.then || node.else) return (['then', 'else'] as const).map((side) => ({ key: `${node.id}/${side}`, nodes: node[side] ?? [] }))
  return []
}

/** All nodes in the order in which they are written, those inside of others too. */
export function allNodes(nodes: readonly FlowNode[]): FlowNode[] {
  return nodes.flatMap((node) => [node, ...waysOf(node).flatMap((way) => allNodes(way.nodes))])
}
/** Every id in use, of nodes and of branches. */
export function idsOf(nodes: readonly FlowNode[]): Set<string> {
  return new Set(allNodes(nodes).flatMap((node) => [node.id, ...(node.branches ?? []).map((branch) => branch.id)]))
}
/** Gives free ids: `approve_1`, `approve_2` …, never the same twice. */
export function freeIds(nodes: readonly FlowNode[]): (base: string) => string {
  const taken = idsOf(nodes)
  return (base) => {
    let number = 1
    while (taken.has(`${base}_${number}`)) number += 1
    taken.add(`${base}_${number}`)
    return `${base}_${number}`
  }
}

export const nodeById = (nodes: readonly FlowNode[], id: string): FlowNode | undefined => allNodes(nodes).find((node) => node.id === id)

export function spotOf(nodes: FlowNode[], id: string, way = ''): Spot | null {
  const at = nodes.findIndex((node) => node.id === id)
  if (at >= 0) return { way, at }
  for (const node of nodes) {
    for (const inner of waysOf(node)) {
      const found = spotOf(inner.nodes, id, inner.key)
      if (found) return found
    }
  }
  return null
}
export function wayNodes(nodes: FlowNode[], key: string): FlowNode[] | null {
  if (!key) return nodes
  return allNodes(nodes).flatMap(waysOf).find((way) => way.key === key)?.nodes ?? null
}
/** The node and, in a route or parallel ways, the branch that a way belongs to. */
export function ownerOf(nodes: FlowNode[], key: string): { node: FlowNode; branch?: Branch } | null {
  const [id, side] = key.split('/')
  const node = nodeById(nodes, id ?? '')
  return node && side ? { node, branch: node.branches?.find((one) => one.id === side) } : null
}

/** The nodes with those of one way put in its place. */
export function withWay(nodes: FlowNode[], key: string, changed: (nodes: FlowNode[]) => FlowNode[]): FlowNode[] {
  if (!key) return changed(nodes)
  const [owner, side] = key.split('/') as [string, string]
  return withNode(nodes, owner, (node) => {
    if (node.branches) return { ...node, branches: node.branches.map((branch) => (branch.id === side ? { ...branch, nodes: changed(branch.nodes) } : branch)) }
    return { ...node, [side]: changed((node[side] as FlowNode[] | undefined) ?? []) }
  })
}
/** The nodes with one of them changed, wherever it stands. */
export function withNode(nodes: FlowNode[], id: string, changed: (node: FlowNode) => FlowNode): FlowNode[] {
  let isSame = true
  const made = nodes.map((node) => {
    const next = node.id === id ? changed(node) : withInside(node, id, changed)
    if (next !== node) isSame = false
    return next
  })
  return isSame ? nodes : made
}
function withInside(node: FlowNode, id: string, changed: (node: FlowNode) => FlowNode): FlowNode {
  if (node.branches) {
    const branches = node.branches.map((branch) => {
      const inner = withNode(branch.nodes, id, changed)
      return inner === branch.nodes ? branch : { ...branch, nodes: inner }
    })
    return branches.every((branch, at) => branch === node.branches?.[at]) ? node : { ...node, branches }
  }
  for (const side of SIDES) {
    const before = node[side]
    const inner = before && withNode(before, id, changed)
    if (inner && inner !== before) return { ...node, [side]: inner }
  }
  return node
}

export function insert(nodes: FlowNode[], spot: Spot, made: readonly FlowNode[]): FlowNode[] {
  return withWay(nodes, spot.way, (list) => [...list.slice(0, spot.at), ...made, ...list.slice(spot.at)])
}
export function remove(nodes: FlowNode[], id: string): FlowNode[] {
  const spot = spotOf(nodes, id)
  return spot ? withWay(nodes, spot.way, (list) => list.filter((node) => node.id !== id)) : nodes
}
/** Whether the node may stand there: not inside of itself. */
export function mayStand(nodes: FlowNode[], id: string, spot: Spot): boolean {
  const node = nodeById(nodes, id)
  return Boolean(node && wayNodes(nodes, spot.way) && !allNodes([node]).flatMap(waysOf).some((way) => way.key === spot.way))
}
/** Bring a node to a spot, which is counted while it still stands where it was. */
export function move(nodes: FlowNode[], id: string, spot: Spot): FlowNode[] {
  const from = spotOf(nodes, id)
  const node = nodeById(nodes, id)
  if (!from || !node || !mayStand(nodes, id, spot)) return nodes
  const at = from.way === spot.way && from.at < spot.at ? spot.at - 1 : spot.at
  if (from.way === spot.way && from.at === at) return nodes
  return insert(remove(nodes, id), { way: spot.way, at }, [node])
}
/** One step up or down in its way; at the end of a branch out of it. */
export function step(nodes: FlowNode[], id: string, by: -1 | 1): FlowNode[] {
  const spot = spotOf(nodes, id)
  const list = spot && wayNodes(nodes, spot.way)
  if (!spot || !list) return nodes
  const to = spot.at + by
  if (to >= 0 && to < list.length) return move(nodes, id, { way: spot.way, at: by > 0 ? to + 1 : to })
  const owner = ownerOf(nodes, spot.way)
  const outer = owner && spotOf(nodes, owner.node.id)
  return outer ? move(nodes, id, { way: outer.way, at: by > 0 ? outer.at + 1 : outer.at }) : nodes
}

/** A copy under ids of its own; what it says about nodes that were copied along is said about the copies. */
export function copied(node: FlowNode, free: (base: string) => string): FlowNode {
  const names = new Map<string, string>()
  for (const one of allNodes([node])) {
    names.set(one.id, free(baseOf(one)))
    for (const branch of one.branches ?? []) names.set(branch.id, free('way'))
  }
  const again = (one: FlowNode): FlowNode => ({
    ...structuredClone(one),
    id: names.get(one.id) ?? one.id,
    ...(typeof one.on_reject === 'string' && { on_reject: names.get(one.on_reject) ?? one.on_reject }),
    ...(one.then && { then: one.then.map(again) }),
    ...(one.else && { else: one.else.map(again) }),
    ...(one.late && { late: one.late.map(again) }),
    ...(one.branches && { branches: one.branches.map((branch) => ({ ...structuredClone(branch), id: names.get(branch.id) ?? branch.id, nodes: branch.nodes.map(again) })) }),
  })
  return again(node)
}
const baseOf = (node: FlowNode): string => (/^[a-z][a-z_]{0,30}$/.test(node.type) ? node.type : 'node')
export function duplicate(nodes: FlowNode[], id: string): { nodes: FlowNode[]; made: string | null } {
  const spot = spotOf(nodes, id)
  const node = nodeById(nodes, id)
  if (!spot || !node) return { nodes, made: null }
  const made = copied(node, freeIds(nodes))
  return { nodes: insert(nodes, { way: spot.way, at: spot.at + 1 }, [made]), made: made.id }
}

/** Another way of a route, before its last one, or of parallel ways, at the end. */
export function addBranch(nodes: FlowNode[], id: string): FlowNode[] {
  const free = freeIds(nodes)
  return withNode(nodes, id, (node) => {
    const branches = node.branches ?? []
    const made: Branch = { id: free('way'), ...(node.type === 'route' && { when: {} }), nodes: [] }
    return { ...node, branches: node.type === 'route' ? [...branches.slice(0, -1), made, ...branches.slice(-1)] : [...branches, made] }
  })
}
export function changeBranch(nodes: FlowNode[], id: string, branch: string, changed: Partial<Branch>): FlowNode[] {
  return withNode(nodes, id, (node) => ({ ...node, branches: node.branches?.map((one) => (one.id === branch ? { ...one, ...changed } : one)) }))
}
/** Take a way out; never below two. */
export function removeBranch(nodes: FlowNode[], id: string, branch: string): FlowNode[] {
  return withNode(nodes, id, (node) => ((node.branches?.length ?? 0) > 2 ? { ...node, branches: node.branches?.filter((one) => one.id !== branch) } : node))
}
/** Change which way is asked first; the last way of a route stays the last. */
export function moveBranch(nodes: FlowNode[], id: string, branch: string, by: -1 | 1): FlowNode[] {
  return withNode(nodes, id, (node) => {
    const branches = node.branches ?? []
    const at = branches.findIndex((one) => one.id === branch)
    const moved = branches[at]
    const last = branches.length - (node.type === 'route' ? 2 : 1)
    if (!moved || at + by < 0 || at > last || at + by > last) return node
    const rest = branches.filter((one) => one !== moved)
    return { ...node, branches: [...rest.slice(0, at + by), moved, ...rest.slice(at + by)] }
  })
}
