import type { OptionColour } from '@/api/types'

const COLOURS: OptionColour[] = ['indigo', 'teal', 'amber', 'blue', 'pink', 'green', 'orange', 'violet']

/** The same name always has the same colour. */
export function colourOf(name: string): OptionColour {
  let sum = 0
  for (const char of name) sum = (sum * 31 + (char.codePointAt(0) ?? 0)) % 9973
  return COLOURS[sum % COLOURS.length] ?? 'grey'
}

/** The last character of a Chinese name, the first letter of any other. */
export function initialOf(name: string): string {
  const chars = [...name.trim()]
  const last = chars.at(-1) ?? '·'
  return /\p{Script=Han}/u.test(last) ? last : (chars[0] ?? '·').toUpperCase()
}
