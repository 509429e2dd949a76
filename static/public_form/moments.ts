/** Shows moments in the visitor's own time zone; the server drew them in that of the installation. */
import { fill } from './page'

export function localise(root: ParentNode, texts: Record<string, string>): void {
  const locale = document.documentElement.lang
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (timeZone === document.body.dataset.zone) return
  for (const time of root.querySelectorAll('time')) {
    const moment = new Date(time.dateTime)
    if (!Number.isNaN(moment.getTime())) time.textContent = shown(moment, locale)
  }
  const zone = document.getElementById('zone')
  if (zone) zone.textContent = fill(texts.times_here, { zone: zoneName(locale) })
}

/** 11月23日 14:05, or 23 Nov, 14:05; with the year when it is another one. */
export function shown(moment: Date, locale: string, now = new Date()): string {
  const year = moment.getFullYear() === now.getFullYear() ? undefined : 'numeric'
  const day = new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : locale, { year, month: locale === 'en' ? 'short' : 'long', day: 'numeric' }).format(moment)
  return `${day}${locale === 'en' ? ', ' : ' '}${clock(moment)}`
}

export function clock(moment: Date): string {
  return `${String(moment.getHours()).padStart(2, '0')}:${String(moment.getMinutes()).padStart(2, '0')}`
}

function zoneName(locale: string): string {
  return new Intl.DateTimeFormat(locale, { timeZoneName: 'long' }).formatToParts(new Date()).find((part) => part.type === 'timeZoneName')?.value ?? ''
}
