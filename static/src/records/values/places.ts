/** Provinces, cities and districts by code, fetched when somebody first asks for one. */
import { shallowRef } from 'vue'
import { loadDivisions, type Division } from '@/shared/divisions'

const provinces = shallowRef<Division[]>([])
let isAsked = false

export function places(): Division[] {
  if (!isAsked) {
    isAsked = true
    loadDivisions().then((table) => (provinces.value = table), () => (isAsked = false))
  }
  return provinces.value
}

export interface AddressValue {
  province?: string
  city?: string
  district?: string
  detail?: string
  postcode?: string
}

/** The chosen places of an address, from the province down. */
export function chosenPlaces({ province, city, district }: AddressValue): Division[] {
  const found: Division[] = []
  let among = places()
  for (const code of [province, city, district]) {
    const place = among.find((one) => one.code === code)
    if (!place) break
    found.push(place)
    among = place.below
  }
  return found
}
