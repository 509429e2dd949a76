/** Amounts of money in Chinese capital numerals: the twin of `platform/definitions/formula/money.py`. */
import { rounded } from './numeric'
import { Fault, type Num } from './values'

const DIGITS = '零壹贰叁肆伍陆柒捌玖'
const PLACES = ['', '拾', '佰', '仟']
const GROUPS = ['', '万', '亿', '兆']
const digit = (at: number) => DIGITS.charAt(at)

export function capitals(amount: Num): string {
  if (!amount.isZero() && amount.exponent() >= 16) throw new Fault('#NUM!')
  const cents = rounded(amount, 2).times(100)
  const size = BigInt(cents.abs().toFixed(0))
  const [yuan, rest] = [String(size / 100n), Number(size % 100n)]
  if (yuan.length > 16) throw new Fault('#NUM!')
  const said = yuan !== '0' || !rest ? `${wholePart(yuan)}元` : ''
  return (cents.lt(0) ? '负' : '') + said + centsPart(rest, yuan !== '0')
}

function centsPart(rest: number, afterYuan: boolean): string {
  const [jiao, fen] = [Math.floor(rest / 10), rest % 10]
  if (!rest) return '整'
  if (!fen) return `${digit(jiao)}角整`
  if (jiao) return `${digit(jiao)}角${digit(fen)}分`
  return `${afterYuan ? '零' : ''}${digit(fen)}分`
}

function wholePart(yuan: string): string {
  if (yuan === '0') return digit(0)
  let [said, gap] = ['', false]
  for (let at = 0; at < yuan.length; at++) {
    const [place, figure] = [yuan.length - 1 - at, Number(yuan[at])]
    if (figure) {
      said += (gap ? digit(0) : '') + digit(figure) + PLACES[place % 4]
      gap = false
    } else gap = said !== ''
    if (place && place % 4 === 0 && Number(yuan.slice(Math.max(0, at - 3), at + 1))) said += GROUPS[place / 4]
  }
  return said
}
