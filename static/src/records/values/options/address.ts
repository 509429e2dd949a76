/** Provinces with their cities: what addresses are compared with. */
import type { FieldOption } from '@/api/types'
import { places } from '../places'

export default function optionsOf(): FieldOption[] {
  return places().flatMap((province) => [
    { value: province.code, label: { 'zh-CN': province.name, en: `${province.english} ${province.name}` } },
    ...province.below.map((city) => ({ value: city.code, label: { 'zh-CN': `${province.name} ${city.name}`, en: `${province.english} ${city.name}` } })),
  ])
}
