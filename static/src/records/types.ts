/** Shapes of the records room, as the server answers them. */
import type { Condition, FormField, L10n } from '@/api/types'
import type { LiveFormula, Suggestion } from '@/shared/formula/live'
import type { Rule } from '@/shared/rules'

export interface RecordRow {
  id: string
  rev: number
  values: Record<string, unknown>
  created_at: string
  created_by: string | null
  updated_at: string
  updated_by: string | null
}
export interface RecordPage {
  records: RecordRow[]
  next: string | null
  count: number | null
  people?: Record<string, string>
  departments?: Record<string, string | L10n>
  linked?: Record<string, LinkedRecord>
}
/** What a record of another form is called; empty where the reader may not know. */
export interface LinkedRecord {
  title: string
  deleted: boolean
}
export interface Column {
  field: string
  width?: number | null
}
export interface ViewDocument {
  title: L10n
  form: string
  type: 'grid'
  columns: Column[]
  filter: Condition
  sort: string[]
  group_by?: string | null
  density?: 'compact' | 'comfortable'
}
export interface ViewInfo {
  id: string
  key: string
  title: L10n
  document: ViewDocument
}
export interface FlowButton {
  id: string
  label: L10n
  /** What it starts, or what it opens. */
  flow?: string
  url?: string
}
export interface FormInfo {
  id: string
  key: string
  app: { id: string; key: string }
  version: number
  title: L10n
  title_field: string | null
  document: {
    fields: FormField[]
    rules?: Rule[]
    status_field?: string
    settings?: Record<string, unknown>
    [setting: string]: unknown
  }
  views: ViewInfo[]
  access: { acts: string[]; fields: Record<string, 'read' | 'write' | 'hidden'>; can_design: boolean }
  /** How many submissions wait for a review, and what of them the reader may correct; null where he reviews nothing. */
  review?: { waiting: number; correctable: string[] } | null
  /** What can be computed while somebody types, in the order of its needs. */
  formulas?: LiveFormula[]
  /** Defaults by formula, in the order of their needs. */
  suggestions?: Suggestion[]
  /** The same in the rows of each sub-form that computes something. */
  row_formulas?: Record<string, LiveFormula[]>
  buttons: FlowButton[]
}
export interface FileValue {
  id: string
  name: string
  size_bytes: number
  type: string
}
/** Names behind the ids that stand in values. */
export interface Names {
  people: Record<string, string>
  departments: Record<string, string>
  linked: Record<string, LinkedRecord>
}
