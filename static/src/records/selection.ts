/** Which records are chosen. "All that match" is chosen only by saying so, never by the head's box. */
import { computed, ref, shallowRef } from 'vue'
import type { Rows } from './rows'

export function useSelection(rows: Rows) {
  const ids = shallowRef<ReadonlySet<string>>(new Set())
  const isEverything = ref(false)
  let anchor = -1

  const count = computed(() => (isEverything.value ? rows.total.value : ids.value.size))
  const has = (id: string) => isEverything.value || ids.value.has(id)

  function put(next: Set<string>): void {
    ids.value = next
    isEverything.value = false
  }
  /** Choose or let go of the record in a line; with `range`, of all between it and the last one. */
  function toggle(line: number, range = false): void {
    const row = rows.rowAt(line)
    if (!row) return
    const next = new Set(ids.value)
    const isOn = !next.has(row.id)
    const [from, to] = range && anchor >= 0 ? [Math.min(anchor, line), Math.max(anchor, line)] : [line, line]
    for (let at = from; at <= to; at += 1) {
      const one = rows.rowAt(at)
      if (one && isOn) next.add(one.id)
      else if (one) next.delete(one.id)
    }
    anchor = line
    put(next)
  }
  const shown = () => [...rows.loaded()].map((one) => one.row.id)
  const areAllShown = computed(() => {
    void rows.version.value
    const all = shown()
    return all.length > 0 && all.every(has)
  })
  const toggleShown = () => put(areAllShown.value ? new Set() : new Set(shown()))
  const clear = () => put(new Set())
  const everything = () => void (isEverything.value = true)
  const resolveIds = async (): Promise<string[]> => (isEverything.value ? rows.everyId() : [...ids.value])
  return { ids, count, isEverything, areAllShown, has, toggle, toggleShown, clear, everything, resolveIds }
}
export type Selection = ReturnType<typeof useSelection>
