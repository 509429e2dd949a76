import { t } from '@/i18n'
import type { Words } from '../words'

const YES = new Set(['true', 'yes', '1', '是', '√', '✓', 'agreed', '已同意'])
const NO = new Set(['false', 'no', '0', '否', '×', 'not agreed', '未同意'])

export const words: Words = {
  say: (value) => t(value ? 'records.consent.agreed' : 'records.consent.notAgreed'),
  read: (text) => (YES.has(text.toLowerCase()) ? true : NO.has(text.toLowerCase()) ? false : undefined),
}
