/** The form's fields as its rules need them. */
import { typeInfo, valueKind } from '@/api/catalog'
import type { FormField } from '@/api/types'
import type { Kind } from '@/shared/conditions'
import type { RuleField } from '@/shared/rules'

export function ruleFields(fields: readonly FormField[]): RuleField[] {
  return fields.map((field) => {
    const type = typeInfo(field.type)
    return { id: field.id, kind: valueKind(field) as Kind | null, required: field.required, opens_section: type?.opens_section, opens_page: type?.opens_page }
  })
}
