/** Shapes that several features share; a feature's own shapes stand in its folder. */
export type Locale = 'zh-CN' | 'en'
export type L10n = Partial<Record<Locale, string>>

export interface User {
  id: string
  name: string
  email: string
  locale: Locale
  is_admin: boolean
  roles: string[]
  /** Whether mails tell of one's tasks. */
  task_mails?: boolean
}
export interface Installation {
  /** The time zone whose days count. */
  timezone?: string
  name: string
  mail_configured: boolean
  version: string
}
export interface SessionAnswer {
  user: User
  csrf_token: string
  installation?: Installation
}
export interface AppSummary {
  id: string
  key: string
  title: L10n
  description?: L10n
  icon?: string
  color?: string
  package?: string | null
  can_design?: boolean
}
export interface MenuItem {
  kind: string
  key: string
  id: string
  title: L10n
}
export interface AppDetail extends AppSummary {
  menu: MenuItem[]
  can_manage?: boolean
}

export type OptionColour = 'grey' | 'indigo' | 'blue' | 'teal' | 'green' | 'amber' | 'orange' | 'red' | 'pink' | 'violet'
export interface FieldOption {
  value: string
  label: L10n
  color?: OptionColour
  category?: 'open' | 'paused' | 'done'
  /** How many records may have it. */
  quota?: number
  /** Stays behind the others where options come in random order. */
  pinned?: boolean
  /** How many points choosing it counts. */
  score?: number | string
  /** On which condition it is offered, where not always. */
  when?: Condition
  /** A picture as a data address, in types whose options are pictures. */
  image?: string
}
/** A field of a form; the settings of its type stand at the same level. */
export interface FormField {
  id: string
  type: string
  label: L10n
  help?: L10n
  placeholder?: L10n
  required?: boolean
  unique?: boolean
  default?: unknown
  width?: 'full' | 'half' | 'third' | 'quarter'
  public?: boolean
  /** The right answers of a quiz, the points they count, and why they are right. */
  quiz?: { answer?: string[]; points?: number | string; explanation?: L10n }
  from_link?: string
  options?: FieldOption[]
  /** People may write an answer of their own beside the options. */
  own_answer?: boolean
  [setting: string]: unknown
}

export type ConditionValue = unknown
export interface ConditionLeaf {
  field: string
  op: string
  value?: ConditionValue
}
export type Condition = Record<string, never> | { all: Condition[] } | { any: Condition[] } | { not: Condition } | ConditionLeaf
