/** Figures and periods as the reader writes them. */
import { resolve } from '@/i18n'
import { date, number } from '@/i18n/format'
import { amountOf, type Bucket, type MeasureInfo, type MetricInfo, type Row, type Widget } from './figures'

const COMPACT_FROM = 100_000

/** A measure with its currency; long amounts are shortened where there is little room. */
export function measured(value: number | string | null | undefined, measure: MeasureInfo | undefined, short = false): string {
  const amount = amountOf(value)
  if (amount === null) return '—'
  const isShort = short && Math.abs(amount) >= COMPACT_FROM
  const options: Intl.NumberFormatOptions = isShort ? { notation: 'compact', maximumFractionDigits: 1 } : { maximumFractionDigits: 2 }
  const isMoney = measure?.currency && !['count', 'distinct'].includes(measure.op)
  return number(amount, isMoney ? { ...options, style: 'currency', currency: measure.currency, currencyDisplay: 'narrowSymbol', ...(Number.isInteger(amount) && { minimumFractionDigits: 0 }) } : options)
}

/** A score in the unit of its metric: a sign for scores from −100 to 100, percent, a mean as it is. */
export function scored(value: number | string | null | undefined, metric: MetricInfo | undefined): { text: string; unit: string } {
  const amount = amountOf(value)
  if (amount === null) return { text: '—', unit: '' }
  if (metric?.unit === 'score') return { text: number(amount, { signDisplay: 'exceptZero', maximumFractionDigits: 0 }).replace('-', '−'), unit: '' }
  return { text: number(amount, { maximumFractionDigits: 2 }), unit: metric?.unit === 'percent' ? '%' : '' }
}

export function unitOf(widget: Widget): string {
  return resolve(widget.unit)
}

/** The label of a row; a period is shortened for an axis and written out elsewhere. */
export function periodOf(label: string, bucket: Bucket | null | undefined, onAxis = false): string {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(label)
  if (!bucket || !found) return label
  const [, year, month, day] = found
  if (bucket === 'day' || bucket === 'week') return onAxis ? `${Number(month)}/${Number(day)}` : date(`${label}T12:00:00`)
  if (bucket === 'month') return `${year}/${month}`
  if (bucket === 'quarter') return `${year} Q${Math.ceil(Number(month) / 3)}`
  return String(year)
}

export function rowLabel(row: Row, widget: Widget, onAxis = false): string {
  return row.labels.map((label, at) => periodOf(label, widget.group_by?.[at]?.bucket, onAxis)).join(' · ') || row.label
}
