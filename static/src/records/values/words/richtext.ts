import { wordsOf } from '@/shared/richtext'
import type { Words } from '../words'

export const words: Words = { say: (value) => wordsOf(String(value)) }
