/**
 * What the server can do, type by type: palettes, operators and panels are drawn from it, never from a list of ours.
 * Read once per visit.
 */
import { shallowRef } from 'vue'
import { http } from './http'
import type { FormField, L10n } from './types'

/** How one setting is entered; the JSON Schema of the type's settings, property by property. */
export interface SettingSchema {
  type?: string | string[]
  title?: string | L10n
  description?: string
  default?: unknown
  minimum?: number
  maximum?: number
  maxLength?: number
  enum?: (string | number | null)[]
  items?: SettingSchema & { properties?: Record<string, SettingSchema> }
  properties?: Record<string, SettingSchema>
  additionalProperties?: boolean | SettingSchema
  format?: string
  [more: string]: unknown
}
export interface FieldTypeInfo {
  id: string
  label: L10n
  help: L10n
  group: string
  icon: string
  keywords: string[]
  value_kind: string | null
  is_stored: boolean
  is_generated: boolean
  can_be_unique: boolean
  opens_section: boolean
  widget?: { control: string; attributes?: Record<string, string> } | string
  settings: Record<string, SettingSchema>
}
export interface OperatorInfo {
  id: string
  label: L10n
  shape: 'none' | 'one' | 'many' | 'pair' | 'duration'
  kinds: string[]
  needs_before: boolean
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
    (raw) => (catalog.value = { types: list(raw.field_types ?? raw.fields).map(asType), operators: list(raw.operators).map(asOperator), raw }),
    (caught: unknown) => {
      reading = null
      throw caught
    },
  )
  return reading
}

type Raw = Record<string, unknown>
/** A registry comes as a list, or as a mapping from id. */
function list(registry: unknown): Raw[] {
  if (Array.isArray(registry)) return registry as Raw[]
  return Object.entries((registry ?? {}) as Record<string, Raw>).map(([id, item]) => ({ id, ...item }))
}

function asType(raw: Raw): FieldTypeInfo {
  const settings = raw.settings as Raw | Raw[] | undefined
  const properties = Array.isArray(settings)
    ? Object.fromEntries(settings.map((one) => [String(one.name), one]))
    : ((settings?.properties as Raw | undefined) ?? settings ?? {})
  return {
    help: {}, group: 'common', icon: String(raw.id), keywords: [], value_kind: null, is_stored: true, is_generated: false, can_be_unique: false, opens_section: false,
    ...(raw as unknown as FieldTypeInfo),
    settings: properties as Record<string, SettingSchema>,
  }
}

function asOperator(raw: Raw): OperatorInfo {
  return { needs_before: false, ...(raw as unknown as OperatorInfo) }
}

export function typeInfo(id: string): FieldTypeInfo | undefined {
  return catalog.value?.types.find((type) => type.id === id)
}

/** The name of the control that a field is filled with. */
export function controlOf(field: FormField): string {
  const widget = typeInfo(field.type)?.widget
  return (typeof widget === 'string' ? widget : widget?.control) ?? field.type
}

/** The operators that fit a kind of value; those about the past only where there is one (flows). */
export function operatorsFor(kind: string | null | undefined, withBefore = false): OperatorInfo[] {
  return catalog.value?.operators.filter((one) => kind && one.kinds.includes(kind) && (withBefore || !one.needs_before)) ?? []
}

export function operatorInfo(id: string): OperatorInfo | undefined {
  return catalog.value?.operators.find((one) => one.id === id)
}
