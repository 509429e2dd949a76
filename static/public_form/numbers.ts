/** Check characters that can be told while somebody types; the server uses the same rules. */
const CITIZEN = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const MARKS = '0123456789ABCDEFGHJKLMNPQRTUWXY'

const plain = (text: string) => text.replace(/[\s-]/g, '').toUpperCase()

/** The length of an identity number or a company's code without blanks. */
export function codeLength(text: string): number {
  return [...plain(text)].length
}

/** GB 11643: the 18th character of an identity number fits the 17 digits before it. */
export function isCitizen(text: string): boolean {
  const code = plain(text)
  const sum = CITIZEN.reduce((so, weight, place) => so + weight * Number(code[place]), 0)
  return '10X98765432'[sum % 11] === code[17]
}

/** GB 32100: the 18th character of a company's code fits the 17 before it. */
export function isCompany(text: string): boolean {
  const places = [...plain(text)].map((mark) => MARKS.indexOf(mark))
  let weight = 1
  const sum = places.slice(0, 17).reduce((so, place) => {
    const sum = so + place * weight
    weight = (weight * 3) % 31
    return sum
  }, 0)
  return !places.includes(-1) && (31 - (sum % 31)) % 31 === places[17]
}
