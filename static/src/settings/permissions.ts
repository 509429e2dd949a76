/** Permission groups of an app, as documents. */
import type { Condition, L10n } from '@/api/types'

export const RIGHTS = ['record.read', 'record.create', 'record.update', 'record.delete', 'record.comment', 'record.import', 'record.export', 'record.review'] as const
export const APP_ACTS = ['open', 'design', 'manage'] as const
export type Right = (typeof RIGHTS)[number]
export type FieldRight = 'hidden' | 'read' | 'write'

export interface Grant {
  form: string
  acts: Right[]
  rows: 'all' | 'own' | 'assigned'
  assigned_field?: string | null
  filter?: Condition
  /** Fields that are not named may be written. */
  fields?: Record<string, 'hidden' | 'read'>
}
export interface Group {
  title: L10n
  members?: { users?: string[]; roles?: string[]; departments?: string[] }
  grants?: Grant[]
  app_acts?: string[]
}
export interface GroupDraft {
  id: string
  key: string
  rev: number
  version: number | null
  document: Group
}

export function grantOn(group: Group, form: string): Grant | undefined {
  return group.grants?.find((one) => one.form === form)
}

/** The group with the grant on a form changed; a grant without any right is no grant. */
export function withGrant(group: Group, grant: Grant): Group {
  const others = (group.grants ?? []).filter((one) => one.form !== grant.form)
  const at = (group.grants ?? []).findIndex((one) => one.form === grant.form)
  if (!grant.acts.length) return { ...group, grants: others }
  return { ...group, grants: at < 0 ? [...others, grant] : others.toSpliced(at, 0, grant) }
}

/** A right on a record is worth nothing without seeing it; taking reading away takes all the rest, except adding. */
export function withRight(grant: Grant, right: Right, on: boolean): Grant {
  const kept = grant.acts.filter((one) => one !== right)
  if (on) {
    const acts = right === 'record.create' || kept.includes('record.read') || right === 'record.read' ? [...kept, right] : [...kept, 'record.read' as const, right]
    return { ...grant, acts: RIGHTS.filter((one) => acts.includes(one)) }
  }
  return { ...grant, acts: right === 'record.read' ? kept.filter((one) => one === 'record.create') : kept }
}

export function withField(grant: Grant, field: string, right: FieldRight): Grant {
  const others = Object.entries(grant.fields ?? {}).filter(([name]) => name !== field)
  return { ...grant, fields: Object.fromEntries(right === 'write' ? others : [...others, [field, right]]) }
}
