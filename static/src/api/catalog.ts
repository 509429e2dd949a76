/**
 * What the server can do, type by type: palettes, operators and panels are drawn from it, never from a list of ours.
 * Read once per visit.
 */
import { shallowRef } from 'vue'
import { http } from './http'
import type { L10n } from './types'

/** How one setting is entered. */
export interface SettingInfo {
  name: string
  /** What the server calls it. */
  label?: L10n | null
  control: 'l10n' | 'switch' | 'integer' | 'decimal' | 'date' | 'datetime' | 'object' | 'list' | 'text' | 'options' | 'choice' | 'formula' | 'json' | (string & {})
  required?: boolean
  /** The setting without which this one says nothing. */
  needs?: string | null
  default?: unknown
  min?: number | null
  max?: number | null
  choices?: string[]
  /** What the choices are called, where the server says so. */
  choice_labels?: Record<string, L10n>
  /** The parts of an object, or of each item of a list. */
  settings?: SettingInfo[]
}
export interface FieldTypeInfo {
  id: string
  label: L10n
  help: L10n
  group: string
  icon: string
  keywords: string[]
  value_kind: string | null
  /** The setting that says the kind of value, where the type leaves it open. */
  kind_from: string | null
  /** The value comes from a formula over other fields. */
  is_computed: boolean
  is_stored: boolean
  /** Shows records of another form that match, and holds nothing itself. */
  lists_matches: boolean
  is_generated: boolean
  can_be_unique: boolean
  /** Whether a sub-form may have it as a column. */
  can_be_column: boolean
  /** The setting with the columns, in types whose value is rows. */
  columns_in: string | null
  /** A button: nothing is filled in. */
  is_pressed: boolean
  opens_section: boolean
  opens_page: boolean
  /** Whether each value may be given to a limited number of records only. */
  has_seats: boolean
  /** Whether rules may offer only some of its options: each of them, or those of the first level of a tree. */
  limits_options: 'each' | 'first' | null
  /** The settings with the words that somebody agrees to; empty for all types but consents. */
  agreed_to?: string[]
  settings: SettingInfo[]
}
export interface OperatorInfo {
  id: string
  label: L10n
  shape: 'none' | 'one' | 'many' | 'pair' | 'duration'
  kinds: string[]
  /** About the record's past: only flows have one. */
  in_flows_only: boolean
}
export interface Catalog {
  types: FieldTypeInfo[]
  operators: OperatorInfo[]
  /** Every registry as the server sent it. */
  raw: Record<string, unknown>
}

export const catalog = shallowRef<Catalog | null>(null)
let reading: Promise<Catalog> | null = null

export function loadCatalog(): Promise<Catalog> {
  reading ??= http.get<Record<string, unknown>>('/catalog').then(
    (raw) => (catalog.value = { types: raw.field_types as FieldTypeInfo[], operators: raw.operators as OperatorInfo[], raw }),
    (caught: unknown) => {
      reading = null
      throw caught
    },
  )
  return reading
}

export function typeInfo(id: string): FieldTypeInfo | undefined {
  return catalog.value?.types.find((type) => type.id === id)
}

/** What a field's values can be compared by: its type's kind, or the one that its settings say. */
export function valueKind(field: { readonly type: string } | null | undefined): string | null {
  const info = field ? typeInfo(field.type) : undefined
  const said = info?.kind_from ? (field as Record<string, unknown>)[info.kind_from] : null
  return typeof said === 'string' ? said : (info?.value_kind ?? null)
}

export function hasSetting(type: FieldTypeInfo | undefined, name: string): boolean {
  return type?.settings.some((setting) => setting.name === name) ?? false
}

/** The operators that fit a kind of value; those about the past only where there is one (flows). */
export function operatorsFor(kind: string | null | undefined, withBefore = false): OperatorInfo[] {
  return catalog.value?.operators.filter((one) => kind && one.kinds.includes(kind) && (withBefore || !one.in_flows_only)) ?? []
}

export function operatorInfo(id: string): OperatorInfo | undefined {
  return catalog.value?.operators.find((one) => one.id === id)
}
