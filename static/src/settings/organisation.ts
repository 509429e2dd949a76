/** People, roles and departments as the settings show them. */
import { shallowRef } from 'vue'
import { http } from '@/api/http'
import type { L10n, Locale } from '@/api/types'
import { resolve } from '@/i18n'

export interface Person {
  id: string
  name: string
  email: string
  status: 'active' | 'invited' | 'disabled' | 'sample'
  locale: Locale
  is_admin: boolean
  /** Keys. */
  roles: string[]
  /** Ids. */
  departments: string[]
  seen_at: string | null
}
export interface Role {
  id: string
  key: string
  title: L10n
  package: string | null
  members: number
}
export interface Department {
  id: string
  title: L10n
  parent_id: string | null
  head_id: string | null
  head_name: string | null
  position: number
  members: number
}

export interface Named {
  id: string
  name: string
}

export const roles = shallowRef<Role[]>([])
export const departments = shallowRef<Department[]>([])

export async function loadOrganisation(): Promise<void> {
  const [known, tree] = await Promise.all([http.get<{ roles: Role[] }>('/roles'), http.get<{ departments: Department[] }>('/departments')])
  roles.value = known.roles
  departments.value = tree.departments
}
/** People who can be chosen, by name. */
export async function lookUpPeople(q: string): Promise<Named[]> {
  return (await http.get<{ people: Named[] }>('/people', { query: { q } })).people
}
export function roleTitle(key: string): string {
  return resolve(roles.value.find((one) => one.key === key)?.title) || key
}
export function departmentTitle(id: string): string {
  return resolve(departments.value.find((one) => one.id === id)?.title) || id
}

/** What stands in a tree by the id of its parent. */
export interface InTree {
  id: string
  title: L10n
  parent_id: string | null
  position: number
}
export interface Branch<T extends InTree> {
  node: T
  depth: number
}
/** Departments or territories from top to bottom, each below its parent; one whose parent is gone stands at the top. */
export function treeOf<T extends InTree>(list: T[]): Branch<T>[] {
  const ids = new Set(list.map((one) => one.id))
  const below = (parent: string | null, depth: number): Branch<T>[] =>
    list
      .filter((one) => (one.parent_id && ids.has(one.parent_id) ? one.parent_id : null) === parent)
      .sort((a, b) => a.position - b.position || resolve(a.title).localeCompare(resolve(b.title)))
      .flatMap((node) => [{ node, depth }, ...(depth > list.length ? [] : below(node.id, depth + 1))])
  return below(null, 0)
}
/** One of them with all below it: where it can't be moved to. */
export function familyOf(id: string, list: InTree[]): Set<string> {
  const family = new Set([id])
  for (let before = 0; before !== family.size; ) {
    before = family.size
    for (const one of list) if (one.parent_id && family.has(one.parent_id)) family.add(one.id)
  }
  return family
}
