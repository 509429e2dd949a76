/** Finding a field type by what somebody types: its names, its id, the catalogue's keywords (pinyin and initials among them). */
import type { FieldTypeInfo } from '@/api/catalog'

export function rank(type: FieldTypeInfo, query: string): number | null {
  const typed = query.trim().toLowerCase()
  if (!typed) return 0
  const names = Object.values(type.label).map((name) => (name ?? '').toLowerCase())
  const words = [...names, type.id, ...type.keywords.map((word) => word.toLowerCase())]
  if (names.includes(typed) || type.id === typed) return 0
  if (words.includes(typed)) return 1
  if (names.some((name) => name.startsWith(typed))) return 2
  if (words.some((word) => word.startsWith(typed))) return 3
  if (words.some((word) => typed.length > 1 && word.includes(typed))) return 4
  return null
}

export function findTypes(types: FieldTypeInfo[], query: string): FieldTypeInfo[] {
  return types
    .flatMap((type) => {
      const at = rank(type, query)
      return at === null ? [] : [{ type, at }]
    })
    .sort((a, b) => a.at - b.at)
    .map((one) => one.type)
}
