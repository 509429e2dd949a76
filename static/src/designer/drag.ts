/**
 * Dragging onto the canvas, for fields from the palette and fields that stand there. Pointer events, because the
 * drop line has to know rows of several columns and Esc has to cancel. The way without dragging: click, `/`,
 * Alt+↑/↓ and the menu "move to".
 */
import { reactive } from 'vue'

export interface DragSource {
  label: string
  icon: string
  /** The field that is moved; absent for something new. */
  field?: string
  /** Whether it can stand beside others in a row. */
  isNarrow?: boolean
  drop: (at: number) => void
}
interface Line {
  left: number
  top: number
  width: number
  height: number
}
export interface Slot {
  /** Before the field that stands at this place. */
  at: number
  line: Line
}
const THRESHOLD = 5
const EDGE = 48

export const drag = reactive({ isOn: false, x: 0, y: 0, source: null as DragSource | null, slot: null as Slot | null })

interface Item {
  at: number
  box: DOMRect
}

/** The rows that the fields form on the page: those whose tops are level stand in one. */
function rowsOf(items: Item[]): Item[][] {
  const rows: Item[][] = []
  for (const item of items) {
    const row = rows.at(-1)
    if (row?.[0] && Math.abs(row[0].box.top - item.box.top) < 8) row.push(item)
    else rows.push([item])
  }
  return rows
}

/** Where something would land at a point, from the boxes of the fields in their order. Pure. */
export function slotAt(x: number, y: number, items: Item[], paper: { left: number; width: number; top: number }, isNarrow = true): Slot {
  const rows = rowsOf(items)
  const across = (top: number): Line => ({ left: paper.left, top, width: paper.width, height: 0 })
  const distance = (row: Item[]) => {
    const box = row[0]?.box
    return box ? Math.max(box.top - y, y - box.bottom, 0) : Infinity
  }
  const row = rows.reduce<Item[] | undefined>((best, one) => (!best || distance(one) < distance(best) ? one : best), undefined)
  const first = row?.[0]
  const last = row?.at(-1)
  if (!row || !first || !last) return { at: 0, line: across(paper.top) }
  const top = first.box.top
  const bottom = Math.max(...row.map((item) => item.box.bottom))
  if (isNarrow && row.length > 1 && y > top + 8 && y < bottom - 8) {
    const next = row.find((item) => x < item.box.left + item.box.width / 2)
    const left = next ? next.box.left - 10 : last.box.right + 8
    return { at: next ? next.at : last.at + 1, line: { left, top, width: 0, height: bottom - top } }
  }
  return y < (top + bottom) / 2 ? { at: first.at, line: across(top) } : { at: last.at + 1, line: across(bottom) }
}

/** Follow the pointer that went down at `event`; below the threshold it stays a click. */
export function beginDrag(event: PointerEvent, source: DragSource): void {
  if (event.button !== 0) return
  const start = { x: event.clientX, y: event.clientY }
  const canvas = document.querySelector<HTMLElement>('[data-canvas]')
  const paper = document.querySelector<HTMLElement>('[data-paper]')
  if (!canvas || !paper) return
  let frame = 0

  const place = () => {
    const area = canvas.getBoundingClientRect()
    const isInside = drag.x > area.left && drag.x < area.right && drag.y > area.top && drag.y < area.bottom
    if (!isInside) {
      drag.slot = null
      return
    }
    const items = [...paper.querySelectorAll<HTMLElement>('[data-field]')].map((element, at) => ({ at, box: element.getBoundingClientRect() }))
    const inner = paper.getBoundingClientRect()
    drag.slot = slotAt(drag.x, drag.y, items, inner, source.isNarrow ?? false)
  }
  const scroll = () => {
    const area = canvas.getBoundingClientRect()
    if (drag.slot && drag.y < area.top + EDGE) canvas.scrollTop -= 8
    else if (drag.slot && drag.y > area.bottom - EDGE) canvas.scrollTop += 8
    if (drag.isOn) {
      place()
      frame = requestAnimationFrame(scroll)
    }
  }
  const onMove = (moved: PointerEvent) => {
    if (!drag.isOn && Math.hypot(moved.clientX - start.x, moved.clientY - start.y) < THRESHOLD) return
    if (!drag.isOn) {
      Object.assign(drag, { isOn: true, source })
      document.documentElement.classList.add('is-dragging')
      frame = requestAnimationFrame(scroll)
    }
    moved.preventDefault()
    drag.x = moved.clientX
    drag.y = moved.clientY
    place()
  }
  const end = () => {
    cancelAnimationFrame(frame)
    window.removeEventListener('pointermove', onMove)
    window.removeEventListener('pointerup', onUp)
    window.removeEventListener('pointercancel', end)
    window.removeEventListener('keydown', onKey, true)
    document.documentElement.classList.remove('is-dragging')
    Object.assign(drag, { isOn: false, source: null, slot: null })
  }
  const onUp = () => {
    const { isOn, slot } = drag
    const at = slot?.at
    end()
    if (!isOn) return
    swallowClick()
    if (at !== undefined) source.drop(at)
  }
  const onKey = (key: KeyboardEvent) => {
    if (key.key !== 'Escape' || !drag.isOn) return
    key.stopPropagation()
    end()
    swallowClick()
  }
  window.addEventListener('pointermove', onMove)
  window.addEventListener('pointerup', onUp)
  window.addEventListener('pointercancel', end)
  window.addEventListener('keydown', onKey, true)
}

/** The click that ends a drag is none; a click that begins with its own press is one. */
function swallowClick(): void {
  const stop = (event: Event) => {
    event.stopPropagation()
    event.preventDefault()
  }
  const done = () => {
    window.removeEventListener('click', stop, true)
    window.removeEventListener('pointerdown', done, true)
  }
  window.addEventListener('click', stop, { capture: true, once: true })
  window.addEventListener('pointerdown', done, { capture: true, once: true })
  setTimeout(done, 50)
}
