/** How many characters are left, for questions that take only so many. Nothing is ever cut off. */
import { lengthOf } from './checks'
import { boxOf, element, fill, inputsOf, type FieldData, type PageData } from './page'

const FROM = 0.7

export function followLength(form: HTMLFormElement, field: FieldData, data: PageData): void {
  const max = field.max_length
  const input = inputsOf(form, field.id)[0]
  if (!max || !input || !['text', 'textarea'].includes(field.control)) return
  const count = element('p', { class: 'count', 'aria-live': 'polite' })
  input.after(count)
  const update = () => {
    const length = lengthOf(input.value.trim())
    const isShown = length >= max * FROM
    count.hidden = !isShown
    count.classList.toggle('over', length > max)
    count.textContent = isShown ? fill(length > max ? data.texts.over : data.texts.left, { n: Math.abs(max - length) }) : ''
  }
  boxOf(form, field.id)?.addEventListener('input', update)
  update()
}
