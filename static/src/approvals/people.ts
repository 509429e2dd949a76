/** The ways of saying who is meant, as the picker offers them and cards read them. */
import { inject, reactive, shallowRef, type InjectionKey, type Ref } from 'vue'
import { http } from '@/api/http'
import type { FormField, L10n } from '@/api/types'
import { resolve, t } from '@/i18n'
import { lookUp, useNames } from '@/records/values/names'
import { readRoles } from '@/rules/words'
import type { People } from './flow'

/** The fields of the form that people may be taken out of; whoever shows the picker provides them. */
export const PEOPLE_FIELDS: InjectionKey<Readonly<Ref<FormField[]>>> = Symbol('fields of people')
export const usePeopleFields = (): Readonly<Ref<FormField[]>> => inject(PEOPLE_FIELDS, shallowRef([]))

export const PEOPLE_KINDS = ['users', 'role', 'role_group', 'department', 'heads', 'supervisor', 'supervisors', 'user_field', 'initiator', 'chosen', 'formula'] as const
export type PeopleKind = (typeof PEOPLE_KINDS)[number]

export function kindOfPeople(one: People): PeopleKind {
  return PEOPLE_KINDS.find((kind) => kind in one) ?? 'users'
}
export function freshPeople(kind: PeopleKind, fields: FormField[]): People {
  const person = fields.find((field) => field.type === 'user' || field.type === 'users')?.id ?? ''
  const starts: Record<PeopleKind, People> = {
    users: { users: [] }, role: { role: known.roles[0]?.value ?? '' }, role_group: { role_group: '' }, department: { department: '', below: true },
    heads: { heads: { initiator: true }, level: 1 }, supervisor: { supervisor: 1 }, supervisors: { supervisors: { until_level: 3 } },
    user_field: { user_field: person }, initiator: { initiator: true }, chosen: { chosen: true }, formula: { formula: '' },
  }
  return starts[kind]
}

interface Group {
  id: string
  title: L10n
}
/** Names of roles and groups of roles that conditions and people mention by key. */
export const known = reactive<{ roles: { value: string; label: string }[]; groups: { value: string; label: string }[] }>({ roles: [], groups: [] })
export async function learnPeople(): Promise<void> {
  void lookUp('user', '').catch(() => [])
  void lookUp('department', '').catch(() => [])
  known.roles = await readRoles()
  const answer = await http.get<{ role_groups?: Group[] }>('/role-groups').catch(() => null)
  known.groups = (answer?.role_groups ?? []).map((one) => ({ value: one.id, label: resolve(one.title) }))
}

const titled = (list: { value: string; label: string }[], value: string | undefined) => list.find((one) => one.value === value)?.label ?? value ?? '…'
export function peopleWords(one: People, fields: FormField[]): string {
  const names = useNames()
  const department = (id: string | undefined) => resolve(names.departments[id ?? '']) || '…'
  const field = (id: string | undefined) => resolve(fields.find((candidate) => candidate.id === id)?.label) || id || '…'
  switch (kindOfPeople(one)) {
    case 'users': return (one.users ?? []).map((id) => names.people[id] ?? '…').join(t('approvals.and')) || '…'
    case 'role': return titled(known.roles, one.role)
    case 'role_group': return titled(known.groups, one.role_group)
    case 'department': return t(one.below ? 'approvals.who.departmentBelow' : 'approvals.who.departmentOnly', { name: department(one.department) })
    case 'heads': return one.heads?.field ? t('approvals.who.headOfField', { name: field(one.heads.field) }) : one.heads?.department ? t('approvals.who.headOf', { name: department(one.heads.department) }) : t((one.level ?? 1) > 1 ? 'approvals.who.headsOfInitiatorN' : 'approvals.who.headsOfInitiator', { n: one.level ?? 1 })
    case 'supervisor': return (one.supervisor ?? 1) > 1 ? t('approvals.who.supervisorN', { n: one.supervisor ?? 1 }) : t('approvals.who.supervisor')
    case 'supervisors': return one.supervisors?.until_role ? t('approvals.who.chainToRole', { name: titled(known.roles, one.supervisors.until_role) }) : one.supervisors?.until_level ? t('approvals.who.chainTo', { n: one.supervisors.until_level }) : t('approvals.who.chain')
    case 'user_field': return t('approvals.who.inField', { name: field(one.user_field) })
    case 'initiator': return t('approvals.who.initiator')
    case 'chosen': return t('approvals.who.chosen')
    case 'formula': return t('approvals.who.byFormula')
  }
}
