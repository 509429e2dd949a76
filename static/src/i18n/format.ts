/** Dates and numbers as the reader writes them. */
import { currentLocale } from './index'

export function number(value: number, options?: Intl.NumberFormatOptions): string {
  return new Intl.NumberFormat(currentLocale(), options).format(value)
}

/** "11月23日 14:05" and "23 Nov, 14:05"; the year when it is another one. */
export function dateTime(at: string | Date): string {
  return `${date(at)}${currentLocale() === 'en' ? ', ' : ' '}${time(at)}`
}

export function date(at: string | Date): string {
  const day = new Date(at)
  const sameYear = day.getFullYear() === new Date().getFullYear()
  const options: Intl.DateTimeFormatOptions = { day: 'numeric', month: currentLocale() === 'en' ? 'short' : 'long' }
  return new Intl.DateTimeFormat(currentLocale() === 'en' ? 'en-GB' : 'zh-CN', sameYear ? options : { ...options, year: 'numeric' }).format(day)
}

export function time(at: string | Date): string {
  return new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(new Date(at))
}

/** "3 分钟前", "3 min ago"; show the exact time on hover. */
export function relative(at: string | Date): string {
  const seconds = (new Date(at).getTime() - Date.now()) / 1000
  const words = new Intl.RelativeTimeFormat(currentLocale(), { numeric: 'auto', style: 'short' })
  for (const [unit, size] of [['day', 86_400], ['hour', 3_600], ['minute', 60]] as const) {
    if (Math.abs(seconds) >= size) return spaced(words.format(Math.round(seconds / size), unit))
  }
  return words.format(0, 'second')
}/** Digits and Han stand apart: 6 分钟前. */
const spaced = (words: string): string => words.replace(/(\d)(?=[\u4e00-\u9fff])/g, '$1 ')

/** What stands between the things of a list: 张三、李四, Ann, Bob. */
export function comma(): string {
  return currentLocale() === 'zh-CN' ? '、' : ', '
}
