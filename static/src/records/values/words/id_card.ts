import type { Words } from '../words'

export const words: Words = {
  say(value, field) {
    const text = String(value)
    return field.masked === false ? text : `${text.slice(0, 6)}${'*'.repeat(8)}${text.slice(14)}`
  },
}
