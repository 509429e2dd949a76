/** Every state of the rows while they are edited, so that each change can be taken back. */
import { computed, shallowRef, toRaw, watch } from 'vue'
import type { Row } from './sheet'

const MOST = 100

export function useRowHistory(now: () => Row[], put: (rows: Row[]) => void) {
  const past = shallowRef<Row[][]>([])
  const future = shallowRef<Row[][]>([])
  let given: Row[] | null = null
  function give(rows: Row[]): void {
    given = rows
    put(rows)
  }
  /** What comes from elsewhere, as from a chosen record, can be taken back like what is typed. */
  watch(now, (rows, before) => {
    if (toRaw(rows) === toRaw(given)) return
    past.value = [...past.value.slice(1 - MOST), before]
    future.value = []
  })

  function change(rows: Row[]): void {
    past.value = [...past.value.slice(1 - MOST), now()]
    future.value = []
    give(rows)
  }
  function undo(): boolean {
    const before = past.value.at(-1)
    if (!before) return false
    past.value = past.value.slice(0, -1)
    future.value = [...future.value, now()]
    give(before)
    return true
  }
  function redo(): boolean {
    const after = future.value.at(-1)
    if (!after) return false
    future.value = future.value.slice(0, -1)
    past.value = [...past.value, now()]
    give(after)
    return true
  }
  return { change, undo, redo, canUndo: computed(() => past.value.length > 0), canRedo: computed(() => future.value.length > 0) }
}
