import { describe, expect, it } from 'vitest'
import { freshNode, type FlowNode } from '@/approvals/flow'
import { narrowed } from '@/approvals/narrowed'
import { addBranch, allNodes, copied, duplicate, freeIds, idsOf, insert, mayStand, move, moveBranch, nodeById, remove, removeBranch, spotOf, step, withNode, wayNodes, waysOf } from '@/approvals/tree'
import { apply, invert, type Command } from '@/designer/commands/command'
import type { FormDocument } from '@/designer/document'

const approve = (id: string, more: object = {}): FlowNode => ({ id, type: 'approve', ...more })
const tree = (): FlowNode[] => [
  approve('a'),
  { id: 'r', type: 'route', branches: [{ id: 'w1', when: {}, nodes: [approve('b'), approve('c', { on_reject: 'b' })] }, { id: 'w2', nodes: [{ id: 'p', type: 'parallel', branches: [{ id: 'w3', nodes: [approve('d')] }, { id: 'w4', nodes: [] }] }] }] },
  { id: 'if', type: 'branch', when: {}, then: [approve('e')], else: [] },
]
const order = (nodes: FlowNode[]) => allNodes(nodes).map((node) => node.id)
const ids = (nodes: FlowNode[]) => allNodes(nodes).flatMap((node) => [node.id, ...(node.branches ?? []).map((branch) => branch.id)])

const waiting = (more: object = {}): FlowNode[] => [{ id: 'w', type: 'wait_until', when: {}, after: 'P7D', late: [approve('l')], ...more }, approve('z')]

describe('what a wait does when it took too long', () => {
  it('is a way of its own, in which steps are found, put and taken out', () => {
    expect(order(waiting())).toEqual(['w', 'l', 'z'])
    expect(spotOf(waiting(), 'l')).toEqual({ way: 'w/late', at: 0 })
    expect(order(insert(waiting(), { way: 'w/late', at: 1 }, [approve('new')]))).toEqual(['w', 'l', 'new', 'z'])
    expect(order(remove(waiting(), 'l'))).toEqual(['w', 'z'])
    expect(nodeById(withNode(waiting(), 'l', (node) => ({ ...node, mode: 'all' })), 'l')?.mode).toBe('all')
  })
  it('is drawn as soon as the wait may take too long', () => {
    expect(waysOf({ id: 'w', type: 'wait_until', after: 'P7D' })).toEqual([{ key: 'w/late', nodes: [] }])
    expect(waysOf({ id: 'w', type: 'wait_until', after: null })).toEqual([])
  })
  it('is copied under ids of its own', () => {
    expect(new Set(ids(duplicate(waiting(), 'w').nodes)).size).toBe(5)
  })
})

describe('the tree of a process', () => {
  it('finds every node where it stands', () => {
    expect(order(tree())).toEqual(['a', 'r', 'b', 'c', 'p', 'd', 'if', 'e'])
    expect(spotOf(tree(), 'd')).toEqual({ way: 'p/w3', at: 0 })
    expect(spotOf(tree(), 'e')).toEqual({ way: 'if/then', at: 0 })
  })
  it('puts nodes into any way and takes them out again', () => {
    for (const way of ['', 'r/w1', 'p/w4', 'if/else']) {
      const grown = insert(tree(), { way, at: 0 }, [approve('new')])
      expect(wayNodes(grown, way)?.[0]?.id).toBe('new')
      expect(remove(grown, 'new')).toEqual(tree())
    }
  })
  it('moves a node within its way, into another and back', () => {
    expect(order(move(tree(), 'a', { way: '', at: 3 }))).toEqual(['r', 'b', 'c', 'p', 'd', 'if', 'e', 'a'])
    const inside = move(tree(), 'a', { way: 'p/w4', at: 0 })
    expect(spotOf(inside, 'a')).toEqual({ way: 'p/w4', at: 0 })
    expect(move(inside, 'a', { way: '', at: 0 })).toEqual(tree())
  })
  it('never moves a node into itself', () => {
    expect(mayStand(tree(), 'r', { way: 'p/w3', at: 0 })).toBe(false)
    expect(move(tree(), 'r', { way: 'p/w3', at: 0 })).toEqual(tree())
  })
  it('steps out of a branch at its end', () => {
    expect(spotOf(step(tree(), 'c', 1), 'c')).toEqual({ way: '', at: 2 })
    expect(spotOf(step(tree(), 'b', -1), 'b')).toEqual({ way: '', at: 1 })
    expect(spotOf(step(tree(), 'b', 1), 'b')).toEqual({ way: 'r/w1', at: 1 })
    expect(step(tree(), 'a', -1)).toEqual(tree())
  })
  it('keeps every id single when a node with branches is doubled, and follows what its steps say of each other', () => {
    const { nodes, made } = duplicate(tree(), 'r')
    expect(new Set(ids(nodes)).size).toBe(ids(nodes).length)
    const twin = nodeById(nodes, made ?? '')
    const [first, second] = twin?.branches?.[0]?.nodes ?? []
    expect(second?.on_reject).toBe(first?.id)
    expect(nodeById(nodes, 'c')?.on_reject).toBe('b')
    expect(remove(nodes, made ?? '')).toEqual(tree())
  })
  it('gives fresh ids to what comes from another process', () => {
    const made = copied(tree()[1] as FlowNode, freeIds(tree()))
    expect([...idsOf([made])].some((id) => idsOf(tree()).has(id))).toBe(false)
  })
  it('adds ways before the one that is left over and keeps two', () => {
    const free = freeIds([])
    const route = [freshNode('route', 'r', free)]
    const grown = addBranch(route, 'r')
    expect(grown[0]?.branches?.map((branch) => branch.when !== undefined)).toEqual([true, true, false])
    expect(new Set(ids(grown)).size).toBe(ids(grown).length)
    const [one, two] = grown[0]?.branches ?? []
    expect(moveBranch(grown, 'r', one?.id ?? '', 1)[0]?.branches?.[0]?.id).toBe(two?.id)
    expect(moveBranch(grown, 'r', two?.id ?? '', 1)).toEqual(grown)
    expect(removeBranch(route, 'r', route[0]?.branches?.[0]?.id ?? '')).toEqual(route)
  })
})

describe('the smallest change between two documents', () => {
  const document = (nodes: FlowNode[], more: object = {}) => ({ title: { en: 'Leave' }, form: 'leave', fields: [], nodes, ...more }) as unknown as FormDocument
  const shared = tree()
  const cases: [string, FlowNode[]][] = [
    ['a setting', withNode(shared, 'd', (node) => ({ ...node, mode: 'all' as const }))],
    ['a setting taken away', withNode(shared, 'c', (node) => ({ id: node.id, type: node.type }))],
    ['a node more', insert(shared, { way: 'p/w4', at: 0 }, [approve('x')])],
    ['a node less', remove(shared, 'e')],
    ['a node moved', move(shared, 'a', { way: 'if/else', at: 0 })],
    ['a way more', addBranch(shared, 'r')],
  ]
  it.each(cases)('leads there and back: %s', (_name, nodes) => {
    const before = document(shared)
    const after = { ...before, nodes } as FormDocument
    const command = narrowed(before, after) as Command
    expect(apply(before, command)).toEqual(after)
    expect(apply(after, invert(before, command))).toEqual(before)
  })
  it('names the innermost place only', () => {
    const before = document(shared)
    const after = { ...before, nodes: withNode(shared, 'd', (node) => ({ ...node, percent: 60 })) } as FormDocument
    expect(narrowed(before, after)).toEqual({ kind: 'set', path: ['nodes', '1', 'branches', '1', 'nodes', '0', 'branches', '0', 'nodes', '0', 'percent'], value: 60 })
  })
  it('is nothing where nothing changed', () => {
    const before = document(shared)
    expect(narrowed(before, before)).toBeNull()
  })
})
