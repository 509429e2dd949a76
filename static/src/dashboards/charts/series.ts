/**
 * Rows as series. With two groupings the second one makes the series; with one, each measure does. Every point keeps
 * its row, so that a mark knows the records it stands for.
 */
import { amountOf, type Figures, type Row, type Widget } from '../figures'
import { measured, periodOf, rowLabel, scored } from '../words'

export interface Point {
  value: number | null
  /** As it is written. */
  text: string
  row: Row
}
export interface Series {
  name: string
  points: (Point | null)[]
}
export interface Plot {
  categories: string[]
  /** The same, shortened for an axis. */
  ticks: string[]
  series: Series[]
}

export function plotOf(widget: Widget, figures: Figures): Plot {
  const rows = figures.rows ?? []
  if (figures.metric) return single(widget, rows, figures.metric.label, (row) => amountOf(row.value), (row) => scoreText(row, figures))
  if ((widget.group_by?.length ?? 0) > 1) return crossed(widget, figures, rows)
  const measures = figures.measures ?? []
  const plots = measures.map((measure, at) => single(widget, rows, measure.label, (row) => amountOf(row.measures[at]), (row) => measured(row.measures[at], measure)))
  return { categories: rows.map((row) => rowLabel(row, widget)), ticks: rows.map((row) => rowLabel(row, widget, true)), series: plots.flatMap((plot) => plot.series) }
}

function scoreText(row: Row, figures: Figures): string {
  const { text, unit } = scored(row.value, figures.metric)
  return `${text}${unit}`
}

function single(widget: Widget, rows: Row[], name: string, value: (row: Row) => number | null, text: (row: Row) => string): Plot {
  const points = rows.map((row) => ({ value: value(row), text: text(row), row }))
  return { categories: rows.map((row) => rowLabel(row, widget)), ticks: rows.map((row) => rowLabel(row, widget, true)), series: [{ name, points }] }
}

function crossed(widget: Widget, figures: Figures, rows: Row[]): Plot {
  const first = [...new Set(rows.map((row) => row.labels[0] ?? ''))]
  const second = [...new Set(rows.map((row) => row.labels[1] ?? ''))]
  const measure = figures.measures?.[0]
  const found = new Map(rows.map((row) => [`${row.labels[0]}\u0000${row.labels[1]}`, row]))
  const bucket = (at: number) => widget.group_by?.[at]?.bucket
  const series = second.map((name) => ({
    name: periodOf(name, bucket(1)),
    points: first.map((label) => {
      const row = found.get(`${label}\u0000${name}`)
      return row ? { value: amountOf(row.measures[0]), text: measured(row.measures[0], measure), row } : null
    }),
  }))
  return { categories: first.map((label) => periodOf(label, bucket(0))), ticks: first.map((label) => periodOf(label, bucket(0), true)), series }
}
