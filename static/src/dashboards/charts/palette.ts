/** The colours of charts, read from the tokens of the theme that shows. */
export interface Palette {
  series: string[]
  grid: string
  axis: string
  text: string
  muted: string
  surface: string
  font: string
  /** The colour of a token, such as `--fl-c1`. */
  of: (token: string) => string
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
    of: read,
  }
}

/** The tokens of the slices of a round chart: the options' own colours when each has another one, else in order. */
export function sliceTokens(colours: readonly (string | null | undefined)[]): string[] {
  const isTold = colours.length > 1 && colours.every(Boolean) && new Set(colours).size === colours.length
  return colours.map((colour, at) => (isTold ? `--fl-tag-${colour}` : (SERIES[at % SERIES.length] ?? '--fl-c1')))
}

/** The token of the series at a place, for marks and legends outside of the drawing. */
export function seriesColour(at: number): string {
  return `var(${SERIES[at % SERIES.length]})`
}
