/** How long something took, in the two largest units: 5 小时 28 分, 5 h 28 min. */
import { t } from '@/i18n'

export function lengthWords(from: string, to?: string | null): string {
  return secondsWords((new Date(to ?? Date.now()).getTime() - new Date(from).getTime()) / 1000)
}
export function secondsWords(seconds: number): string {
  const minutes = Math.max(0, Math.round(seconds / 60))
  const parts: [string, number][] = [['days', Math.floor(minutes / 1440)], ['hours', Math.floor((minutes % 1440) / 60)], ['minutes', minutes % 60]]
  const first = parts.findIndex(([, n]) => n > 0)
  if (first < 0) return t('tasks.length.moment')
  return parts.slice(first, first + 2).filter(([, n]) => n > 0).map(([unit, n]) => t(`tasks.length.${unit}`, { n })).join(' ')
}
