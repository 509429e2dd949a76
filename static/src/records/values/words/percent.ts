import { number } from '@/i18n/format'
import type { Words } from '../words'

export const words: Words = {
  say(value, field) {
    const places = Number(field.decimals ?? 2)
    return `${number(Number(value), { minimumFractionDigits: places, maximumFractionDigits: places })}%`
  },
  read: (text) => {
    const digits = text.normalize('NFKC').replace(/[,\s%]/g, '')
    return /^[+-]?(\d+\.?\d*|\.\d+)$/.test(digits) ? digits : undefined
  },
}
