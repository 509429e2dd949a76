import type { Words } from '../words'

export interface LocationValue {
  lat: number
  lng: number
  accuracy?: number
  text?: string
}

export const words: Words = {
  say: (value, field) => {
  const { lat, lng, accuracy, text } = value as LocationValue
  const places = Number(field.decimals ?? 6)
  return [`${Number(lat).toFixed(places)}, ${Number(lng).toFixed(places)}`, accuracy === undefined ? '' : `±${accuracy} m`, text].filter(Boolean).join(' ')
},
}
