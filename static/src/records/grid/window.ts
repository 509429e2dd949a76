/**
 * Which lines of a long list are in sight. Browsers cap the height of an element, so beyond `MOST_PX` the bar
 * stands for shares of the list instead of pixels.
 */
export const MOST_PX = 15_000_000

export interface View {
  scrollTop: number
  height: number
  lineHeight: number
  lines: number
}
export interface Sight {
  /** The height that the list takes. */
  full: number
  from: number
  to: number
  /** Where the first line in sight stands. */
  top: number
}

const SPARE = 6

export function sightOf({ scrollTop, height, lineHeight, lines }: View): Sight {
  const exact = lines * lineHeight
  const full = Math.min(exact, MOST_PX)
  const fits = Math.ceil(height / lineHeight)
  if (full === exact) {
    const from = Math.max(0, Math.floor(scrollTop / lineHeight) - SPARE)
    return { full, from, to: Math.min(lines - 1, Math.floor(scrollTop / lineHeight) + fits + SPARE), top: from * lineHeight }
  }
  const share = Math.min(1, scrollTop / Math.max(1, full - height))
  const first = Math.round(share * Math.max(0, lines - fits + 1))
  const from = Math.max(0, first - SPARE)
  return { full, from, to: Math.min(lines - 1, first + fits + SPARE), top: scrollTop - (first - from) * lineHeight }
}

/** The scroll position that brings a line into sight, or the same one when it is. */
export function scrollFor(line: number, view: View): number {
  const { scrollTop, height, lineHeight, lines } = view
  if (lines * lineHeight > MOST_PX) {
    const fits = Math.ceil(height / lineHeight)
    return (line / Math.max(1, lines - fits + 1)) * (MOST_PX - height)
  }
  const top = line * lineHeight
  if (top < scrollTop) return top
  return top + lineHeight > scrollTop + height ? top + lineHeight - height : scrollTop
}
