/** What ECharts is told for each type of chart: hairline grid, token colours, no legend of its own. */
import type { EChartsCoreOption } from 'echarts/core'
import type { MetricInfo, Widget } from '../figures'
import { sliceTokens, type Palette } from './palette'
import type { Plot, Point } from './series'

export interface Look {
  palette: Palette
  /** What the drawing says, for those who can't see it. */
  description: string
  tooltip: (points: { name: string; point: Point; color: string }[], title: string) => HTMLElement
  metric?: MetricInfo
  isNarrow: boolean
}
type Build = (plot: Plot, widget: Widget, look: Look) => EChartsCoreOption

const MANY_LABELS = 8
const BAR_WIDTH = 28

/** The option of a widget's chart; types without a builder of their own are drawn as bars. */
export function optionOf(plot: Plot, widget: Widget, look: Look): EChartsCoreOption {
  const build = BUILDERS[widget.type] ?? (widget.type === 'metric' ? line : bar)
  return {
    animationDuration: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 200,
    aria: { enabled: true, label: { description: look.description } },
    color: look.palette.series,
    textStyle: { fontFamily: look.palette.font, color: look.palette.axis, fontSize: 11 },
    ...build(plot, widget, look),
  }
}

const BUILDERS: Record<string, Build> = { line, bar, pie: (...all) => round(0, ...all), donut: (...all) => round(1, ...all) }

interface Mark {
  seriesName?: string
  name?: string
  dataIndex: number
  color?: string
  data?: { point?: Point }
}
function marks(shown: unknown): Mark[] {
  return (Array.isArray(shown) ? shown : [shown]) as Mark[]
}
function tooltip(look: Look, trigger: 'axis' | 'item', titleOf: (mark: Mark) => string) {
  return {
    trigger,
    confine: true,
    backgroundColor: 'transparent',
    borderWidth: 0,
    padding: 0,
    extraCssText: 'box-shadow:none;',
    axisPointer: { type: 'line', lineStyle: { color: look.palette.axis, type: 'dashed' } },
    formatter: (shown: unknown) => {
      const all = marks(shown)
      const known = all.flatMap((mark) => (mark.data?.point ? [{ name: mark.seriesName ?? '', point: mark.data.point, color: String(mark.color ?? '') }] : []))
      return look.tooltip(known, all[0] ? titleOf(all[0]) : '')
    },
  }
}
function axisLabel(look: Look) {
  return { color: look.palette.axis, fontSize: 11, hideOverlap: true }
}
function valueAxis(look: Look) {
  const bounds = look.metric ? { min: look.metric.lowest, max: look.metric.highest } : { minInterval: 1 }
  return { type: 'value', ...bounds, splitNumber: 4, axisLabel: { ...axisLabel(look), formatter: shortNumber }, splitLine: { lineStyle: { color: look.palette.grid } } }
}
function categoryAxis(plot: Plot, look: Look) {
  return { type: 'category', data: plot.ticks, axisTick: { show: false }, axisLine: { lineStyle: { color: look.palette.grid } }, axisLabel: axisLabel(look) }
}
function shortNumber(value: number): string {
  return new Intl.NumberFormat(document.documentElement.lang, { notation: 'compact', maximumFractionDigits: 1 }).format(value)
}

function line(plot: Plot, _widget: Widget, look: Look): EChartsCoreOption {
  return {
    grid: { left: 4, right: 12, top: 12, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: tooltip(look, 'axis', (mark) => plot.categories[mark.dataIndex] ?? ''),
    xAxis: { ...categoryAxis(plot, look), boundaryGap: false },
    yAxis: valueAxis(look),
    series: plot.series.map((series, at) => ({
      type: 'line',
      name: series.name,
      lineStyle: { width: 2 },
      symbol: 'circle',
      symbolSize: 7,
      showSymbol: plot.categories.length <= 31,
      areaStyle: plot.series.length === 1 && !look.metric ? { opacity: 0.08 } : undefined,
      data: series.points.map((point) => ({ value: point?.value ?? null, point, itemStyle: point?.row.flag === 'few' ? { color: look.palette.surface, borderColor: look.palette.axis, borderWidth: 1.5 } : { color: look.palette.series[at % look.palette.series.length] } })),
      triggerLineEvent: false,
    })),
  }
}

function bar(plot: Plot, widget: Widget, look: Look): EChartsCoreOption {
  const isDated = Boolean(widget.group_by?.[0]?.bucket)
  const areNumbers = plot.ticks.every((tick) => /^-?[\d.]+$/.test(tick))
  const isLying = !isDated && !areNumbers && (look.isNarrow || plot.ticks.length > 3)
  const isStacked = (widget.group_by?.length ?? 0) > 1
  const radius = isStacked ? 0 : isLying ? [0, 3, 3, 0] : [3, 3, 0, 0]
  const category = { ...categoryAxis(plot, look), ...(isLying && { inverse: true, axisLine: { show: false }, axisLabel: { ...axisLabel(look), width: 96, overflow: 'truncate', interval: 0, hideOverlap: plot.ticks.length > MANY_LABELS * 2 } }) }
  const value = valueAxis(look)
  const showsFigures = plot.series.length === 1 && plot.ticks.length <= MANY_LABELS * 2 && (isLying || plot.ticks.length <= MANY_LABELS + 4)
  return {
    grid: { left: 4, right: isLying && showsFigures ? 56 : 8, top: showsFigures && !isLying ? 22 : 8, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
    tooltip: tooltip(look, 'item', (mark) => plot.categories[mark.dataIndex] ?? ''),
    xAxis: isLying ? { ...value, axisLabel: { show: false }, splitLine: { show: false } } : category,
    yAxis: isLying ? category : value,
    series: plot.series.map((series, at) => ({
      type: 'bar',
      name: series.name,
      stack: isStacked ? 'all' : undefined,
      barMaxWidth: BAR_WIDTH,
      barMinWidth: 2,
      barCategoryGap: '34%',
      itemStyle: { borderRadius: radius, color: look.palette.series[at % look.palette.series.length], ...(isStacked && { borderColor: look.palette.surface, borderWidth: 1 }) },
      label: { show: showsFigures, position: isLying ? 'right' : 'top', color: look.palette.text, fontSize: 11, formatter: (mark: Mark) => mark.data?.point?.text ?? '' },
      data: series.points.map((point) => ({ value: point?.value ?? null, point })),
      cursor: 'pointer',
    })),
  }
}

function round(hole: 0 | 1, plot: Plot, _widget: Widget, look: Look): EChartsCoreOption {
  const points = plot.series[0]?.points ?? []
  const tokens = sliceTokens(points.map((point) => point?.row.color))
  return {
    tooltip: tooltip(look, 'item', (mark) => mark.name ?? ''),
    series: [
      {
        type: 'pie',
        name: plot.series[0]?.name,
        radius: hole ? ['58%', '92%'] : '92%',
        center: ['50%', '50%'],
        label: { show: false },
        labelLine: { show: false },
        itemStyle: { borderColor: look.palette.surface, borderWidth: 2 },
        emphasis: { scale: false },
        data: points.flatMap((point, at) => (point && point.value ? [{ name: plot.categories[at], value: point.value, point, itemStyle: { color: look.palette.of(tokens[at] ?? '--fl-c1') } }] : [])),
      },
    ],
  }
}
