/**
 * What can be told while somebody still types. The server has the last word and uses the same sentences; whatever
 * only it can know (patterns in its own dialect, phone numbers of the world) is left to it.
 */
import { codeLength, isCitizen, isCompany } from './numbers'
import { fill, type FieldData } from './page'

const MAIL = /^[^\s@]+@[^\s@]+\.[^\s@.]+$/
const NUMBER = /^[+-]?(\d+(\.(\d*))?|\.(\d+))$/
const MAINLAND_MOBILE = /^(\+?86)?1[3-9]\d{9}$/

/** What is wrong with an answer, or an empty text. Missing answers are `missing`'s business. */
export function faultOf(field: FieldData, answer: unknown, messages: Record<string, string>): string {
  if (isEmpty(answer)) return ''
  const say = (code: string, params: Record<string, unknown> = {}) => fill(messages[code], params)
  if (field.places) return (answer as string[]).length === field.places ? '' : say('not_ranked', { n: field.places, actual: (answer as string[]).length })
  if (Array.isArray(answer)) return countFault(field, answer.length, say)
  const text = String(answer).trim()
  switch (field.control) {
    case 'text':
    case 'textarea':
      return lengthFault(field, lengthOf(text), say)
    case 'number':
    case 'currency':
    case 'percent':
    case 'slider':
      return numberFault(field, text, say)
    case 'email':
      return MAIL.test(text) ? '' : say('not_email')
    case 'phone':
      return phoneFault(field, text, say)
    case 'url':
      return /^\S+\.\S+$/.test(text) ? '' : say('not_url')
    case 'color':
      return /^#?([0-9a-f]{3}|[0-9a-f]{6})$/i.test(text) ? '' : say('not_color')
    case 'id_card':
      return codeFault(text, isCitizen, say)
    case 'credit_code':
      return codeFault(text, isCompany, say)
    case 'date':
    case 'time':
      if (field.min && text < String(field.min)) return say('too_early', { min: field.min })
      return field.max && text > String(field.max) ? say('too_late', { max: field.max }) : ''
    default:
      return ''
  }
}

export function isEmpty(answer: unknown): boolean {
  return answer === null || answer === undefined || (typeof answer === 'string' && !answer.trim()) || (Array.isArray(answer) && !answer.length)
}

/** A text's length as the server counts it: in characters, not in halves of them. */
export function lengthOf(text: string): number {
  return [...text].length
}

type Say = (code: string, params?: Record<string, unknown>) => string

function lengthFault({ min_length: min = 0, max_length: max }: FieldData, actual: number, say: Say): string {
  if (actual < min) return say('too_short', { min, actual })
  return max !== undefined && actual > max ? say('too_long', { max, actual }) : ''
}

function countFault({ min_items: min = 0, max_items: max }: FieldData, count: number, say: Say): string {
  if (count < min) return say('too_few_chosen', { min })
  return max !== undefined && count > max ? say('too_many_chosen', { max }) : ''
}

function numberFault({ min, max, decimals, step }: FieldData, text: string, say: Say): string {
  const found = NUMBER.exec(text)
  if (!found) return say('not_number')
  const places = (found[3] ?? found[4] ?? '').replace(/0+$/, '').length
  if (decimals !== undefined && places > decimals) return say('too_many_decimals', { decimals })
  if (min !== undefined && Number(text) < Number(min)) return say('too_small', { min })
  if (max !== undefined && Number(text) > Number(max)) return say('too_large', { max })
  return step && (Number(text) - Number(min)) % step ? say('off_step', { min, step }) : ''
}

function codeFault(text: string, fits: (text: string) => boolean, say: Say): string {
  const actual = codeLength(text)
  if (actual !== 18) return say('wrong_length', { actual })
  return fits(text) ? '' : say('bad_check')
}

function phoneFault({ region }: FieldData, text: string, say: Say): string {
  const compact = text.replace(/[\s()（）-]/g, '')
  if (!/^\+?\d{5,15}$/.test(compact)) return say('not_phone')
  // Only what begins like a mobile number is judged here: land lines have many lengths.
  return region === 'CN' && /^(\+?86)?1[3-9]/.test(compact) && !MAINLAND_MOBILE.test(compact) ? say('not_phone') : ''
}
