/** The colours of charts, read from the tokens of the theme that shows. */
export interface Palette {
  series: string[]
  grid: string
  axis: string
  text: string
  muted: string
  surface: string
  font: string
}

const SERIES = ['--fl-c1', '--fl-c2', '--fl-c3', '--fl-c4', '--fl-c5', '--fl-c6', '--fl-c7', '--fl-c8']

export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    series: SERIES.map(read),
    grid: read('--fl-chart-grid'),
    axis: read('--fl-chart-axis'),
    text: read('--fl-text'),
    muted: read('--fl-line-2'),
    surface: read('--fl-surface'),
    font: read('--fl-font'),
  }
}

/** The token of the series at a place, for marks and legends outside of the drawing. */
export function seriesColour(at: number): string {
  return `var(${SERIES[at % SERIES.length]})`
}
