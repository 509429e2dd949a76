/** Ranking by touching: the first touch gives the next place, a second one takes it away. The lists keep the answer. */
import { element, fill, type FieldData, type PageData } from './page'

export function followRanks(places: HTMLElement, field: FieldData, { texts }: PageData): void {
  const lists = [...places.querySelectorAll('select')]
  const options = [...(lists[0]?.options ?? [])].filter((option) => option.value)
  const order = () => lists.map((list) => list.value).filter(Boolean)
  const put = (values: string[]) => {
    lists.forEach((list, place) => (list.value = values[place] ?? ''))
    lists[0]?.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const draw = () => {
    const now = order()
    buttons.forEach(({ value, number, said, made }) => {
      const place = now.indexOf(value)
      number.textContent = place < 0 ? '' : String(place + 1)
      made.setAttribute('aria-pressed', String(place >= 0))
      said.textContent = `, ${place < 0 ? texts.unranked : fill(texts.place, { n: place + 1 })}`
    })
  }
  const buttons = options.map(({ value, text: words }) => {
    const number = element('b', { 'aria-hidden': 'true' })
    const said = element('span', { class: 'away' })
    const made = element('button', { type: 'button', class: 'option rank' }, number, element('span', {}, words, said))
    made.addEventListener('click', () => {
      const now = order()
      if (now.includes(value)) put(now.filter((one) => one !== value))
      else if (now.length < (field.places ?? lists.length)) put([...now, value])
    })
    return { value, number, said, made }
  })
  buttons[0]?.made.setAttribute('data-focus', '')
  places.hidden = true
  places.before(element('div', { class: 'ranks' }, ...buttons.map(({ made }) => made)))
  places.closest('form')?.addEventListener('input', draw)
  draw()
}
