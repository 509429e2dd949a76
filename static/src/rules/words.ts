/** People, roles and forms that a rule names, as the pickers need them. */
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import { resolve } from '@/i18n'
import type { Choice } from '@/records/values/names'

interface Role {
  key: string
  title: L10n
}
/** The roles of the installation: every member may read their names. */
export function readRoles(): Promise<Choice[]> {
  return http.get<{ roles: Role[] }>('/roles').then(
    (answer) => answer.roles.map((one) => ({ value: one.key, label: resolve(one.title) || one.key })),
    () => [],
  )
}
export const textOf = (event: Event): string => (event.target as HTMLInputElement).value
/** How long before or after a date. */
export const OFFSETS = ['-P7D', '-P3D', '-P1D', 'P0D', 'P1D', 'P3D', 'P7D'] as const
