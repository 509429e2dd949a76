import { t } from '@/i18n'
import type { Words } from '../words'

export const words: Words = { say: (value) => t('records.waitingPlace', { n: Number(value) }) }
