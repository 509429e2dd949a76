/** What the place of a text is called. */
import { typeInfo } from '@/api/catalog'
import { i18n, resolve, t } from '@/i18n'
import type { Designer } from '../designer'
import { fieldOf } from '../document'
import type { TextRow } from './texts'

export function usePlaces(designer: Designer): { whereOf: (row: TextRow) => string } {
  const word = (part: string) => (i18n.global.te(`translate.part.${part}`) ? t(`translate.part.${part}`) : '')
  function whereOf(row: TextRow): string {
    const names = row.name.split('/')
    if (!row.field) return names.map((name) => word(name) || name).join(' · ')
    const field = fieldOf(designer.document.value, row.field)
    const settings = typeInfo(field?.type ?? '')?.settings ?? []
    const [, , property = '', ...rest] = names
    const known = word(property) || resolve(settings.find((one) => one.name === property)?.label) || property
    return [designer.nameOfId(row.field), known, ...rest.filter((name) => name !== 'label')].join(' · ')
  }
  return { whereOf }
}
