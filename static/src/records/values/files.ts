import { number } from '@/i18n/format'

/** "1.2 MB", "840 kB". */
export function sizeText(bytes: number): string {
  if (bytes < 1_000) return `${number(bytes)} B`
  if (bytes < 1_000_000) return `${number(Math.round(bytes / 1_000))} kB`
  return `${number(bytes / 1_000_000, { maximumFractionDigits: 1 })} MB`
}
