/** Rounding and grouping of decimals: the twin of `platform/definitions/formula/numeric.py`. */
import { bounded, Decimal, type Num, ZERO } from './values'

const HOW = { up: 0, down: 1, ceiling: 2, floor: 3, half: 4 } as const
export type Rounding = keyof typeof HOW

/** The number to so many decimal places, or whole tens, hundreds … for negative ones. */
export function rounded(number: Num, digits: Num | number, how: Rounding = 'half'): Num {
  if (number.isZero()) return ZERO
  const wanted = typeof digits === 'number' ? digits : digits.toNumber()
  const places = Math.trunc(Math.max(-400, Math.min(400, wanted)))
  if (places >= 0) return number.toDecimalPlaces(places, HOW[how])
  const unit = new Decimal(`1e${-places}`)
  return bounded(number.div(unit).toDecimalPlaces(0, HOW[how]).times(unit))
}

/** The number written with exactly so many places, rounded half up. */
export function grouped(number: Num, places: number, commas: boolean): string {
  const shown = rounded(number, places)
  const [digits = '0', part = ''] = shown.abs().toFixed(Math.max(0, places)).split('.')
  const sign = shown.lt(0) ? '-' : ''
  return `${sign}${commas ? parted(digits) : digits}${part ? `.${part}` : ''}`
}

export function parted(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',')
}
