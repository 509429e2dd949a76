/** A slider beside the number, which keeps the answer: nothing is answered until somebody slides or types. */
import { element } from './page'

export function followSlide(box: HTMLElement): void {
  const number = box.querySelector<HTMLInputElement>('.in')
  if (!number || number.readOnly) return
  const { min = '0', max = '100', step = '1' } = box.dataset
  const label = box.closest('.field')?.querySelector('label')?.firstChild?.textContent ?? ''
  const slide = element('input', { type: 'range', min, max, step, 'aria-label': label.trim() })
  const read = () => {
    const given = number.value.trim()
    slide.classList.toggle('unset', !given)
    if (given !== slide.value) slide.value = given || String((Number(min) + Number(max)) / 2)
  }
  const write = (event: Event) => {
    if (event.type === 'input') event.stopPropagation()
    number.value = slide.value
    number.dispatchEvent(new Event('input', { bubbles: true }))
  }
  slide.addEventListener('input', write)
  slide.addEventListener('click', write) // the middle, where it stands at first, is an answer too
  number.form?.addEventListener('input', read)
  box.prepend(slide)
  read()
}
