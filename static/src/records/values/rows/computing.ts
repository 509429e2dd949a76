/** What is computed in a row while it is edited; the record that comes back from the server replaces it. */
import { computed, type ComputedRef } from 'vue'
import type { FormField } from '@/api/types'
import { deskIfAny } from '../../desk'
import { useComputing } from '../../live'
import type { Row } from './sheet'

export function useRowComputing(field: () => FormField): ComputedRef<(row: Row) => Row> {
  const desk = deskIfAny()
  const compute = useComputing(() => desk?.form.value ?? null)
  return computed(() => {
    const { id } = field()
    if (!desk?.form.value?.row_formulas?.[id]?.length) return (row) => row
    return (row) => ((compute.value({ ...desk.open.value?.values, [id]: [row] })[id] as Row[] | undefined)?.[0] ?? row)
  })
}
