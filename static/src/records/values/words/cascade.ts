import { labelsOf } from '../tree'
import type { Words } from '../words'

export const words: Words = {
  say: (value, field) => labelsOf(field, [value].flat().map(String)).join(' / '),
}
