/** The packages of the gallery, as the server tells of them. */
import { http } from '@/api/http'
import type { Condition, FormField, L10n } from '@/api/types'
import type { DashboardDocument, Figures } from '@/dashboards/figures'

export interface Template {
  slug: string
  version: string
  title: L10n
  summary: L10n
  category: string
  icon: string
  cover: { seed: string; kind: 'plain' | 'twill' | 'basket' | 'herringbone' | 'satin'; color: string }
  sample_data: boolean
  samples: number
  /** How many definitions of each kind. */
  contents: Record<string, number>
  roles: { key: string; title: L10n }[]
  leading_role?: string | null
  try_it: L10n[]
  installed: { version: string; app: { id: string; key: string } } | null
  samples_left: number
  can_remove: boolean
}
export interface FlowNode {
  id: string
  type: string
  when?: Condition
  then?: FlowNode[]
  else?: FlowNode[]
  [setting: string]: unknown
}
export interface FlowDocument {
  title: L10n
  form: string
  enabled?: boolean
  trigger: { type: string; [setting: string]: unknown }
  nodes: FlowNode[]
}
export interface FormDocument {
  title: L10n
  description?: L10n
  fields: FormField[]
  settings?: { cover?: { kind: Template['cover']['kind']; seed: string; color: string }; submit_label?: L10n }
}
interface Named<D = undefined> {
  key: string
  title: L10n
  document: D
}
export interface Preview {
  forms: { key: string; document: FormDocument; public: boolean }[]
  dashboards: { key: string; document: DashboardDocument; figures: Record<string, Figures> }[]
  flows: Named<FlowDocument>[]
  views: Named[]
  templates: Named<{ subject?: L10n; body?: L10n }>[]
  permission_groups: Named[]
  assignment_rules: Named<{ pools?: unknown[] }>[]
  roles: { key: string; title: L10n }[]
  samples: Record<string, number>
  /** The hosts that the package's rules would call. */
  calls_out_to: string[]
}
export type TemplateDetail = Template & { preview: Preview }
export interface Imported extends Omit<Template, 'installed' | 'samples_left' | 'can_remove'> {
  id: string
  preview: Preview
  findings: { field: string | null; code: string; message: string; severity: 'error' | 'warning' }[]
}

export const templatesApi = {
  list: async () => (await http.get<{ templates: Template[] }>('/templates')).templates,
  read: (slug: string) => http.get<TemplateDetail>(`/templates/${slug}`),
  install: (slug: string, withSamples: boolean) => http.post<{ app: { id: string; key: string }; samples: number; is_new: boolean }>(`/templates/${slug}/install`, { sample_data: withSamples }),
  removeSamples: (slug: string) => http.delete<{ removed: number; kept: number }>(`/templates/${slug}/sample-data`),
  remove: (slug: string) => http.delete<{ removed: number; kept: number }>(`/templates/${slug}`),
  upload: (file: File, progress?: (share: number) => void) => {
    const form = new FormData()
    form.append('file', file)
    return http.upload<Imported>('/templates/import', form, progress)
  },
  confirm: (id: string, withSamples: boolean) => http.post<{ app: { id: string; key: string }; samples: number }>(`/templates/imported/${id}/confirm`, { sample_data: withSamples }),
}

/** What a package brings, in the order in which people ask for it. */
export const KINDS: { kind: string; icon: string }[] = [
  { kind: 'form', icon: 'form' },
  { kind: 'flow', icon: 'bolt' },
  { kind: 'dashboard', icon: 'chart' },
  { kind: 'view', icon: 'list' },
  { kind: 'mailbox', icon: 'inbox' },
  { kind: 'message_template', icon: 'mail' },
  { kind: 'assignment_rule', icon: 'users' },
  { kind: 'permission_group', icon: 'shield' },
]
export const CATEGORY_ICONS: Record<string, string> = { sales: 'users', service: 'ticket', survey: 'heart', journey: 'map', people: 'user', supply: 'cart', finance: 'yen', projects: 'flag', other: 'grid' }
