/**
 * Data linkage while a record is filled in: what other forms give for fields that nobody touched, asked again a moment
 * after what they depend on has changed. The server does the same when the record is stored.
 */
import { onUnmounted, watch, type Ref } from 'vue'
import { http } from '@/api/http'
import { isProblem } from '@/api/problem'
import type { Condition, FormField } from '@/api/types'
import { mineIn } from '@/conditions/compared'
import { leavesOf } from '@/conditions/tree'

const PAUSE_MS = 400

interface Linkage {
  where?: Condition
}
/** Ids of the fields of this form that decide what is found. */
export function dependsOn(fields: readonly FormField[]): string[] {
  const leaves = fields.flatMap((field) => leavesOf((field.default_from as Linkage | undefined)?.where ?? {}))
  return [...new Set(leaves.flatMap((leaf) => [leaf.value].flat().flatMap((value) => mineIn(value) ?? [])))]
}
export function useLinkage(form: () => string, fields: () => readonly FormField[], values: Ref<Record<string, unknown>>, touched: ReadonlySet<string>): void {
  const linked = () => fields().filter((field) => field.default_from)
  let timer = 0
  let round = 0
  async function ask(): Promise<void> {
    const mine = ++round
    const answer = await http.post<{ values: Record<string, unknown> }>(`/forms/${form()}/defaults`, { values: values.value }).catch((caught: unknown) => {
      if (!isProblem(caught)) throw caught
      return null
    })
    if (!answer || mine !== round) return
    const fresh = Object.entries(answer.values).filter(([id]) => !touched.has(id))
    if (fresh.length) values.value = { ...values.value, ...Object.fromEntries(fresh) }
  }
  watch(
    () => JSON.stringify(dependsOn(linked()).map((id) => values.value[id] ?? null)),
    () => {
      if (!linked().length) return
      window.clearTimeout(timer)
      timer = window.setTimeout(() => void ask(), PAUSE_MS)
    },
    { immediate: true },
  )
  onUnmounted(() => window.clearTimeout(timer))
}
