/** Functions about people, places and the record itself. */
import { bounded, type Env, Fault, type Num, ZERO, isObject, limited, numberOf, textOf, type Value, whole } from '../values'
import { declare, type Family } from './function'

const EARTH_M = 6_371_000
const PARTS = ['province', 'city', 'district', 'detail']

function nameOf(env: Env, value: Value): string {
  if (Array.isArray(value)) {
    env.charge(value.length)
    return limited(value.filter((one) => !Array.isArray(one)).map((one) => nameOf(env, one)).join(','))
  }
  if (isObject(value)) return textOf(env, value.name ?? null)
  const shown = textOf(env, value)
  return Object.hasOwn(env.setting.names, shown) ? (env.setting.names[shown] ?? shown) : shown
}

function address(env: Env, place: Value, part = ''): string {
  if (!isObject(place)) return textOf(env, place)
  const said = (name: string) => textOf(env, place[name] ?? null)
  if (part === 'lnglat') return limited(`${said('lng')},${said('lat')}`)
  if (part) {
    if (!PARTS.includes(part)) throw new Fault('#VALUE!')
    return said(part)
  }
  if (said('address')) return said('address')
  const [province, city, ...rest] = PARTS.map(said)
  return limited([...(province === city ? [] : [province]), city, ...rest].join(''))
}

function radians(env: Env, place: Value, name: string, most: number): number {
  const raw = isObject(place) ? (place[name] ?? null) : null
  if (raw === null) throw new Fault('#VALUE!')
  const found = numberOf(env, raw).toNumber()
  if (Math.abs(found) > most) throw new Fault('#VALUE!')
  return (found * Math.PI) / 180
}

function distance(env: Env, a: Value, b: Value): Value {
  const [latA, latB] = [radians(env, a, 'lat', 90), radians(env, b, 'lat', 90)]
  const [lngA, lngB] = [radians(env, a, 'lng', 180), radians(env, b, 'lng', 180)]
  const half = Math.sin((latB - latA) / 2) ** 2 + Math.cos(latA) * Math.cos(latB) * Math.sin((lngB - lngA) / 2) ** 2
  return whole(Math.floor(2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(half))) + 0.5))
}

export const people: Family = {
  RECNO: declare('', (env: Env) => {
    if (env.setting.record === null) throw new Fault('#N/A')
    return whole(env.setting.record)
  }),
  SCORE: declare('field:any', (env: Env, field: Value) => {
    const found = Array.isArray(field) ? field : [field]
    env.charge(found.length)
    return bounded(found.reduce((sum: Num, one) => sum.plus(numberOf(env, one)), ZERO))
  }),
  UUID: declare('', () => crypto.randomUUID()),
  GETUSERNAME: declare('', (env: Env) => env.setting.user),
  TEXTUSER: declare('user:any', nameOf),
  TEXTDEPT: declare('department:any', nameOf),
  TEXTPHONE: declare('phone:text', (_env: Env, phone: string) => phone.replace(/^\+86/, '').trim()),
  TEXTLOCATION: declare('place:any part:text?', address),
  DISTANCE: declare('a:any b:any', distance),
}
