/** What the palette offers. Pages add their own commands while they are open. */
import { onScopeDispose, shallowRef, type Ref } from 'vue'

export interface PaletteCommand {
  id: string
  group: 'go' | 'do' | 'records'
  title: string
  hint?: string
  icon?: string
  keys?: string
  run: () => void
}
export const sources = shallowRef<Ref<PaletteCommand[]>[]>([])
export const isPaletteOpen = shallowRef(false)

/** Offer `commands` in the palette until the component goes. */
export function offer(commands: Ref<PaletteCommand[]>): void {
  sources.value = [...sources.value, commands]
  onScopeDispose(() => (sources.value = sources.value.filter((one) => one !== commands)))
}
