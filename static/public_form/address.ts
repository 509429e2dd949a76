/** Province, city, district, each narrowing the next. The list of districts comes when a city is chosen. */
import { loadDivisions } from '@/shared/divisions'
import { element } from './page'

export function followAddress(box: HTMLElement, label: string | undefined): void {
  const city = box.querySelector('select')
  if (!city) return
  const provinces = provincesOf(city)
  const empty = city.options[0]?.textContent ?? ''
  const province = element('select', { class: 'in', name: city.name.replace(/city$/, 'province'), autocomplete: 'address-level1', id: city.id }, new Option(empty, ''), ...provinces.map(({ name, code }) => new Option(name, code)))
  city.id = `${city.id}-city`
  city.closest('label')?.before(element('label', { class: 'part third' }, element('span', {}, label ?? ''), province))

  const showCities = () => {
    const cities = provinces.find((one) => one.code === province.value)?.cities ?? []
    const wanted = city.value
    city.replaceChildren(new Option(empty, ''), ...cities.map((one) => new Option(one.text, one.value)))
    city.value = cities.length === 1 ? (cities[0]?.value ?? '') : cities.some((one) => one.value === wanted) ? wanted : ''
    city.closest('label')?.toggleAttribute('hidden', cities.length === 1 && cities[0]?.value === province.value)
    districtOf(box, city, empty)
  }
  const read = () => {
    province.value = provinces.find((one) => one.cities.some(({ value }) => value === city.value))?.code ?? ''
    showCities()
  }
  province.addEventListener('change', showCities)
  city.addEventListener('change', () => districtOf(box, city, empty))
  city.form?.addEventListener('reset', () => window.setTimeout(() => ((province.value = ''), showCities())))
  read()
}

interface Province {
  name: string
  code: string
  cities: { value: string; text: string }[]
}

function provincesOf(city: HTMLSelectElement): Province[] {
  return [...city.children].slice(1).map((one) => {
    const options = one instanceof HTMLOptionElement ? [one] : ([...one.children] as HTMLOptionElement[])
    const cities = options.map(({ value, text }) => ({ value, text }))
    return { name: one instanceof HTMLOptGroupElement ? one.label : (cities[0]?.text ?? ''), code: `${cities[0]?.value.slice(0, 2)}0000`, cities }
  })
}

/** Make the district a list of those of the city; without the table, or where there are none, it stays typed. */
function districtOf(box: HTMLElement, city: HTMLSelectElement, empty: string): void {
  const chosen = city.value
  const now = box.querySelector<HTMLInputElement | HTMLSelectElement>('[name$=".district"]')
  if (!now) return
  if (!chosen) return put(now, [], empty, false)
  loadDivisions(box.dataset.address).then(
    (table) => {
      const current = box.querySelector<HTMLInputElement | HTMLSelectElement>('[name$=".district"]')
      if (city.value !== chosen || !current) return
      const found = table.flatMap((one) => one.below).find((one) => one.code === chosen)
      put(current, found?.below ?? [], empty, !found?.below.length)
    },
    () => undefined,
  )
}

function put(now: HTMLInputElement | HTMLSelectElement, districts: { code: string; name: string }[], empty: string, isHidden: boolean): void {
  const wanted = now.dataset.wanted || now.value
  const found = districts.find((one) => [one.code, one.name].includes(wanted))
  const made = element('select', { class: 'in', id: now.id, name: now.name, autocomplete: 'address-level3' }, new Option(empty, ''), ...districts.map(({ code, name }) => new Option(name, code)))
  made.value = found?.code ?? ''
  now.replaceWith(made)
  made.closest('label')?.toggleAttribute('hidden', isHidden)
  made.dispatchEvent(new Event('input', { bubbles: true }))
}
