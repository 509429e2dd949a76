import { t } from '@/i18n'
import type { Words } from '../words'

/** "1:30" or "1:02:03": what is typed and pasted. */
export function clockOf(value: unknown): string {
  const seconds = Number(value)
  const two = (part: number) => String(part).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}${seconds % 60 ? `:${two(seconds % 60)}` : ''}`
}

export const words: Words = {
  say(value) {
    const seconds = Number(value)
    const parts = { hours: Math.floor(seconds / 3600), minutes: Math.floor(seconds / 60) % 60, seconds: seconds % 60 }
    const said = Object.entries(parts).flatMap(([unit, n]) => (n ? [t(`records.length.${unit}`, { n })] : []))
    return said.join(' ') || t('records.length.minutes', { n: 0 })
  },
  read(text) {
    const found = /^(\d{1,6}):([0-5]?\d)(?::([0-5]?\d))?$/.exec(text.replace('：', ':'))
    if (found) return Number(found[1]) * 3600 + Number(found[2]) * 60 + Number(found[3] ?? 0)
    return text // the server reads "90 min" and the like
  },
}
