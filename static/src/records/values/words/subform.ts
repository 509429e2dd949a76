import { t } from '@/i18n'
import { useNames } from '../names'
import { columnsOf, type Row } from '../rows/sheet'
import { textOf } from '../text'
import type { Words } from '../words'

export const words: Words = {
  say: (value, field) => {
    if (!Array.isArray(value)) return t('rows.count', { n: Number(value) }, Number(value))
    const names = useNames()
    const line = (row: Row) => columnsOf(field).map((column) => textOf(column, row[column.id], names)).filter(Boolean).join(' · ')
    return (value as Row[]).map(line).join('\n')
  },
  read: () => undefined,
}
