/** The state of the process designer and all that one can do in it; it stands on the draft and history of the form designer. */
import { computed, inject, provide, ref, shallowRef, type InjectionKey } from 'vue'
import { catalog } from '@/api/catalog'
import type { FormField, L10n } from '@/api/types'
import { createDesigner, provideDesigner } from '@/designer/designer'
import type { Command } from '@/designer/commands/command'
import type { FormDocument } from '@/designer/document'
import { resolve, t } from '@/i18n'
import type { DefinitionSummary } from '@/rules/rule'
import { toast, toastError } from '@/ui/toasts'
import { freshNode, type Branch, type FlowDocument, type FlowNode } from './flow'
import { PEOPLE_FIELDS } from './people'
import { narrowed } from './narrowed'
import * as tree from './tree'

export interface NodeTypeInfo {
  id: string
  label: L10n
  icon: string
  settings?: { name: string }[]
}
const CLIP = 'formloom.node'

export function createProcess(id: string) {
  const base = createDesigner(id)
  const { draft } = base
  const document = computed(() => draft.document.value as unknown as FlowDocument)
  const nodes = computed(() => document.value.nodes ?? [])
  const fields = shallowRef<FormField[]>([])
  const forms = shallowRef<DefinitionSummary[]>([])
  /** What is chosen: a node, a branch of one, or `start`. */
  const selected = ref<string | null>(null)
  /** The start is there already. */
  const types = computed(() => ((catalog.value?.raw.nodes ?? []) as NodeTypeInfo[]).filter((one) => one.id !== 'start'))
  const typeOf = (type: string) => types.value.find((one) => one.id === type)
  const hasTitle = (type: string) => typeOf(type)?.settings?.some((one) => one.name === 'title') ?? false
  const nodeOf = (nodeId: string | null) => (nodeId ? tree.nodeById(nodes.value, nodeId) : undefined)
  const branchOf = (branchId: string | null): { node: FlowNode; branch: Branch } | undefined => {
    for (const node of tree.allNodes(nodes.value)) {
      const branch = node.branches?.find((one) => one.id === branchId)
      if (branch) return { node, branch }
    }
    return undefined
  }
  const node = computed(() => nodeOf(selected.value))
  const branch = computed(() => branchOf(selected.value))
  const nameOfType = (type: string) => resolve(typeOf(type)?.label) || type
  const nameOf = (one: FlowNode) => resolve(one.title) || nameOfType(one.type)
  const findings = computed(() => {
    const found = new Map<string, { message: string; isError: boolean }[]>()
    for (const one of draft.findings.value) {
      if (!one.field) continue
      const message = typeof one.message === 'string' ? one.message : resolve(one.message)
      found.set(one.field, [...(found.get(one.field) ?? []), { message, isError: one.severity !== 'warning' }])
    }
    return found
  })

  function change(next: FlowDocument, label: string, name = ''): void {
    const command = narrowed(document.value, next) as Command | null
    if (command) draft.run(command, label, { name })
    else if (next !== document.value) draft.run({ kind: 'replace', document: next as unknown as FormDocument }, label, { name })
  }
  const put = (changed: FlowNode[], label: string, name = '') => change({ ...document.value, nodes: changed }, label, name)
  const set = (changed: Partial<FlowDocument>) => change({ ...document.value, ...changed }, 'approvals.did.process')
  /** Settings of a node; undefined takes one away. */
  function setNode(nodeId: string, changed: Partial<FlowNode>): void {
    const about = nodeOf(nodeId)
    if (about) put(tree.withNode(nodes.value, nodeId, (one) => clean({ ...one, ...changed })), 'approvals.did.set', nameOf(about))
  }
  function setBranch(branchId: string, changed: Partial<Branch>): void {
    const about = branchOf(branchId)
    if (about) put(tree.changeBranch(nodes.value, about.node.id, branchId, changed), 'approvals.did.set', resolve(about.branch.title) || nameOf(about.node))
  }
  function add(type: string, spot: tree.Spot): void {
    const free = tree.freeIds(nodes.value)
    const made = { ...freshNode(type, free(type), free), ...(hasTitle(type) && { title: typeOf(type)?.label }) }
    put(tree.insert(nodes.value, spot, [made]), 'approvals.did.insert', nameOf(made))
    selected.value = made.id
  }
  function remove(what = selected.value): void {
    const about = branchOf(what)
    if (about) return removeBranch(about.node, about.branch)
    const gone = nodeOf(what)
    const spot = gone && tree.spotOf(nodes.value, gone.id)
    if (!gone || !spot) return
    put(tree.remove(nodes.value, gone.id), 'approvals.did.remove', nameOf(gone))
    const rest = tree.wayNodes(nodes.value, spot.way) ?? []
    selected.value = rest[Math.min(spot.at, rest.length - 1)]?.id ?? null
    toast(t('approvals.removed', { name: nameOf(gone) }), { action: { label: t('ui.undo'), run: undo } })
  }
  function removeBranch(owner: FlowNode, gone: Branch): void {
    if ((owner.branches?.length ?? 0) <= 2) return void toastError(t('approvals.twoWays'))
    put(tree.removeBranch(nodes.value, owner.id, gone.id), 'approvals.did.remove', nameOf(owner))
    selected.value = owner.id
    toast(t('approvals.removed', { name: resolve(gone.title) || t('approvals.way') }), { action: { label: t('ui.undo'), run: undo } })
  }
  const addBranch = (owner: FlowNode) => put(tree.addBranch(nodes.value, owner.id), 'approvals.did.insert', nameOf(owner))
  const moveBranch = (owner: FlowNode, branchId: string, by: -1 | 1) => put(tree.moveBranch(nodes.value, owner.id, branchId, by), 'approvals.did.move', nameOf(owner))
  function moveTo(nodeId: string, spot: tree.Spot): void {
    const about = nodeOf(nodeId)
    if (about) put(tree.move(nodes.value, nodeId, spot), 'approvals.did.move', nameOf(about))
    selected.value = nodeId
    moving.value = null
  }
  function stepBy(by: -1 | 1): void {
    if (node.value) put(tree.step(nodes.value, node.value.id, by), 'approvals.did.move', nameOf(node.value))
  }
  function duplicate(): void {
    if (!node.value) return
    const { nodes: changed, made } = tree.duplicate(nodes.value, node.value.id)
    put(changed, 'approvals.did.insert', nameOf(node.value))
    selected.value = made
  }
  /** The chosen node as text for the clipboard, which another process takes too. */
  const copied = () => (node.value ? JSON.stringify({ [CLIP]: node.value }) : '')
  /** Put a copied node after the chosen one, or to a spot; tells whether the text held one. */
  function paste(text: string, spot = spotAfter()): boolean {
    const found = read(text)
    if (!found) return false
    const made = tree.copied(found, tree.freeIds(nodes.value))
    put(tree.insert(nodes.value, spot, [made]), 'approvals.did.insert', nameOf(made))
    selected.value = made.id
    return true
  }
  function spotAfter(): tree.Spot {
    const spot = node.value && tree.spotOf(nodes.value, node.value.id)
    const inside = branch.value && { way: `${branch.value.node.id}/${branch.value.branch.id}`, at: 0 }
    return spot ? { way: spot.way, at: spot.at + 1 } : (inside ?? { way: '', at: selected.value === 'start' ? 0 : nodes.value.length })
  }
  /** The node that waits for a new place, by menu or dragged. */
  const moving = ref<string | null>(null)
  const tidy = () => (selected.value = selected.value === 'start' || node.value || branch.value ? selected.value : null)
  function undo(): void {
    if (draft.undo()) tidy()
  }
  function redo(): void {
    if (draft.redo()) tidy()
  }
  function jumpTo(place: string | null): void {
    if (place && (nodeOf(place) || branchOf(place))) selected.value = place
    else selected.value = 'start'
    window.document.querySelector(`[data-stop="${selected.value}"]`)?.scrollIntoView({ block: 'center', inline: 'center' })
  }
  function placeName(place: string | null): string {
    const found = nodeOf(place)
    return found ? `${nameOf(found)}${t('designer.colon')}` : ''
  }
  provideDesigner({ ...base, undo, redo, jumpTo, placeName })

  return { id, draft, document, nodes, fields, forms, selected, node, branch, types, typeOf, hasTitle, nameOfType, nameOf, nodeOf, branchOf, findings, moving, set, setNode, setBranch, add, remove, addBranch, moveBranch, moveTo, stepBy, duplicate, copied, paste, spotAfter, undo, redo, jumpTo }
}
export type Process = ReturnType<typeof createProcess>

function clean(node: FlowNode): FlowNode {
  return Object.fromEntries(Object.entries(node).filter(([, value]) => value !== undefined)) as FlowNode
}
function read(text: string): FlowNode | null {
  try {
    const found = (JSON.parse(text) as Record<string, unknown>)[CLIP] as FlowNode | undefined
    return found && typeof found.type === 'string' ? found : null
  } catch {
    return null
  }
}

const KEY: InjectionKey<Process> = Symbol('process')
export function provideProcess(process: Process): void {
  provide(KEY, process)
  provide(PEOPLE_FIELDS, process.fields)
}
export function useProcess(): Process {
  const found = inject(KEY)
  if (!found) throw new Error('useProcess() outside of the process designer')
  return found
}
