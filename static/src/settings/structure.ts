/** Skills, territories, shifts, role groups and absences as the settings show them. */
import { shallowRef } from 'vue'
import { http } from '@/api/http'
import type { L10n } from '@/api/types'
import type { InTree, Named } from './organisation'

export interface Skill {
  id: string
  title: L10n
  members: number
}
export interface RoleGroup {
  id: string
  title: L10n
  /** Keys. */
  roles: string[]
}
export interface Territory extends InTree {
  places: string[]
  people: Named[]
}
export interface OnShift {
  user: string
  name: string
  first_on: string
  last_on: string | null
}
export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export type Weekday = (typeof WEEKDAYS)[number]
export type Week = Partial<Record<Weekday, [string, string][]>>
export interface Shift {
  id: string
  title: L10n
  timezone: string
  week: Week
  people: OnShift[]
}
export interface Work {
  supervisor_id: string | null
  primary_department_id: string | null
  max_open: number | null
  skills: { skill: string; level: number }[]
  territories: string[]
  supervisors: Named[]
  is_available: boolean
  delegate: Named | null
}
export interface Absence {
  id: string
  user: Named
  kind: 'leave' | 'delegation'
  starts_at: string
  ends_at: string
  reason: string
  delegate: Named | null
  flow_ids: string[]
  app_ids: string[]
  can_change: boolean
}

/** An approval process that may ask one. */
export interface ProcessOfApp {
  id: string
  title: L10n
  app: { id: string; key: string; title: L10n }
}

export const skills = shallowRef<Skill[]>([])
export const territories = shallowRef<Territory[]>([])
export const shifts = shallowRef<Shift[]>([])
export const roleGroups = shallowRef<RoleGroup[]>([])
export const processes = shallowRef<ProcessOfApp[]>([])

export async function loadSkills(): Promise<void> {
  skills.value = (await http.get<{ skills: Skill[] }>('/skills')).skills
}
export async function loadTerritories(): Promise<void> {
  territories.value = (await http.get<{ territories: Territory[] }>('/territories')).territories
}
export async function loadShifts(): Promise<void> {
  shifts.value = (await http.get<{ shifts: Shift[] }>('/shifts')).shifts
}
export async function loadRoleGroups(): Promise<void> {
  roleGroups.value = (await http.get<{ role_groups: RoleGroup[] }>('/role-groups')).role_groups
}
export async function loadProcesses(): Promise<void> {
  processes.value = (await http.get<{ flows: ProcessOfApp[] }>('/tasks/flows')).flows
}

/** Days of one kind of hours together: `[["mon","tue"], "09:00–18:00"]`, in the order of the week. */
export function hoursOf(week: Week): { days: Weekday[]; hours: string }[] {
  const found: { days: Weekday[]; hours: string }[] = []
  for (const day of WEEKDAYS) {
    const hours = (week[day] ?? []).map((pair) => pair.join('–')).join(', ')
    if (!hours) continue
    const same = found.find((one) => one.hours === hours)
    if (same) same.days.push(day)
    else found.push({ days: [day], hours })
  }
  return found
}

/** A moment as a field for local date and time holds it, and back. */
export function toLocal(at: Date): string {
  const two = (n: number) => String(n).padStart(2, '0')
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`
}
export function fromLocal(text: string): string {
  return new Date(text).toISOString()
}
