/** Where states and transitions stand in the picture: in layers, each as far from the start as its shortest way is long. */
import { ANY, initialOf, leads, type BlueprintDocument, type Transition } from './blueprint'

export const BOX = { width: 132, height: 38 }
const GAP = { x: 112, y: 30 }
const EDGE = 28
export interface Placed { state: string; x: number; y: number; layer: number }
export interface Drawn { key: string; from: string; to: string; path: string; label: { x: number; y: number; anchor: 'start' | 'middle' | 'end' } }
export interface Picture { boxes: Placed[]; lines: Drawn[]; width: number; height: number }

/** State → layer, counted from 0; what no transition reaches stands in a last one of its own. */
export function layersOf(document: Pick<BlueprintDocument, 'states' | 'transitions' | 'initial'>): Map<string, number> {
  const names = document.states.map((one) => one.option)
  const found = new Map<string, number>()
  let ahead = [initialOf(document)].filter((one) => names.includes(one))
  for (let layer = 0; ahead.length; layer += 1) {
    for (const state of ahead) found.set(state, layer)
    const reached = (state: string) => document.transitions.filter((way) => !way.from.includes(ANY) && leads(way, state)).map((way) => way.to)
    ahead = [...new Set(ahead.flatMap(reached))].filter((state) => names.includes(state) && !found.has(state))
  }
  const last = Math.max(-1, ...found.values()) + 1
  for (const state of names) if (!found.has(state)) found.set(state, last)
  return found
}

export function pictureOf(document: Pick<BlueprintDocument, 'states' | 'transitions' | 'initial'>): Picture {
  const layers = layersOf(document)
  const columns: string[][] = []
  for (const { option } of document.states) (columns[layers.get(option) ?? 0] ??= []).push(option)
  const tallest = Math.max(1, ...columns.map((column) => column?.length ?? 0))
  const height = tallest * (BOX.height + GAP.y)
  const boxes = columns.flatMap((column, layer) => {
    const top = EDGE * 2 + (height - column.length * (BOX.height + GAP.y)) / 2
    return column.map((state, at) => ({ state, layer, x: EDGE + layer * (BOX.width + GAP.x), y: top + at * (BOX.height + GAP.y) }))
  })
  const at = new Map(boxes.map((box) => [box.state, box]))
  let backs = 0
  const lines = document.transitions.flatMap((way) => endsOf(way).flatMap((from) => {
    const source = at.get(from), target = at.get(way.to)
    if (!target) return []
    if (from === ANY) return [stub(way, target)]
    if (!source || source === target) return []
    if (source.layer === target.layer) return [sideways(way, source, target)]
    return [source.layer < target.layer ? forward(way, source, target) : back(way, source, target, EDGE * 2 + height + 12 * backs++)]
  }))
  return { boxes, lines, width: EDGE * 2 + columns.length * (BOX.width + GAP.x) - GAP.x, height: EDGE * 2 + height + (backs ? 12 * backs + 16 : 0) }
}

const endsOf = (way: Transition): string[] => (way.from.includes(ANY) ? [ANY] : way.from)

function forward(way: Transition, source: Placed, target: Placed): Drawn {
  const x1 = source.x + BOX.width, y1 = source.y + BOX.height / 2, x2 = target.x, y2 = target.y + BOX.height / 2
  const bend = Math.max(24, (x2 - x1) / 2)
  const over = target.layer - source.layer > 1 ? -BOX.height : 0
  const path = over ? `M${x1} ${y1} C${x1 + bend} ${y1 + over * 1.6}, ${x2 - bend} ${y2 + over * 1.6}, ${x2} ${y2}` : `M${x1} ${y1} C${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2} ${y2}`
  return { key: way.key, from: source.state, to: target.state, path, label: { x: (x1 + x2) / 2, y: (y1 + y2) / 2 + over * 1.2 - 5, anchor: 'middle' } }
}
/** A way back runs below everything, each on a line of its own. */
function back(way: Transition, source: Placed, target: Placed, floor: number): Drawn {
  const x1 = source.x + BOX.width / 2, y1 = source.y + BOX.height, x2 = target.x + BOX.width / 2, y2 = target.y + BOX.height
  return { key: way.key, from: source.state, to: target.state, path: `M${x1} ${y1} C${x1} ${floor}, ${x1} ${floor}, ${x1 - 24} ${floor} L${x2 + 24} ${floor} C${x2} ${floor}, ${x2} ${floor}, ${x2} ${y2}`, label: { x: (x1 + x2) / 2, y: floor - 4, anchor: 'middle' } }
}
/** Within a layer: straight between neighbours, down on the left and up on the right, else beside the boxes. */
function sideways(way: Transition, source: Placed, target: Placed): Drawn {
  const isDown = source.y < target.y
  const ends = { key: way.key, from: source.state, to: target.state }
  if (Math.abs(target.y - source.y) === BOX.height + GAP.y) {
    const x = source.x + BOX.width / 2 + (isDown ? -12 : 12), from = source.y + (isDown ? BOX.height : 0), to = target.y + (isDown ? 0 : BOX.height)
    return { ...ends, path: `M${x} ${from} L${x} ${to}`, label: { x: x + (isDown ? -6 : 6), y: (from + to) / 2 + 4, anchor: isDown ? 'end' : 'start' } }
  }
  const side = source.x + BOX.width, out = side + 34
  const from = source.y + BOX.height / 2, to = target.y + BOX.height / 2
  return { ...ends, path: `M${side} ${from} C${out} ${from}, ${out} ${to}, ${side} ${to}`, label: { x: out + 4, y: (from + to) / 2, anchor: 'start' } }
}
function stub(way: Transition, target: Placed): Drawn {
  const x = target.x + BOX.width / 2
  return { key: way.key, from: ANY, to: target.state, path: `M${x} ${target.y - 24} L${x} ${target.y}`, label: { x, y: target.y - 28, anchor: 'middle' } }
}
