import { chosenPlaces, type AddressValue } from '../places'
import type { Words } from '../words'

/** As people write it: 北京市东城区, not 北京市北京市东城区; what only gathers counties is left out. */
export const words: Words = {
  say: (value) => {
  const address = (value ?? {}) as AddressValue
  const chosen = chosenPlaces(address)
  const names = chosen.filter((one) => one === chosen.at(-1) || !/直辖县级行政区划$|^县$/.test(one.name)).map((one) => one.name)
  return [[...new Set(names)].join(''), address.detail, address.postcode].filter(Boolean).join(' ')
},
}
