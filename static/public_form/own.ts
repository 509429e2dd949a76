/**
 * Answers that people write themselves beside the options: the input is there only while that is chosen, and what is
 * written becomes the value of the choice, so that the rest of the page needs to know nothing of it. Only forms with
 * such questions load this file, before the page's own script.
 */
import { MARK } from '@/shared/conditions'
import { fill, type PageData } from './page'

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const form = document.getElementById('form') as HTMLFormElement | null

if (form) {
  const adopt = () => form.querySelectorAll<HTMLInputElement>('[data-own]').forEach(follow)
  // Before anything else hears of it: then the choice has its value already.
  for (const name of ['input', 'change']) form.addEventListener(name, (event) => update(event.target as Element), { capture: true })
  form.addEventListener('put', (event) => put(event as CustomEvent), { capture: true })
  form.addEventListener('click', (event) => opened(event), { capture: true })
  new MutationObserver(adopt).observe(form, { childList: true, subtree: true })
  adopt()
}

/** The choice that stands for whatever is written: a radio button, a box to tick, a line of a list. */
function choiceOf(box: Element | null | undefined): HTMLInputElement | HTMLOptionElement | null {
  return box?.querySelector('[data-mark]') ?? null
}

function isChosen(choice: HTMLInputElement | HTMLOptionElement): boolean {
  return choice instanceof HTMLOptionElement ? choice.selected : choice.checked
}

/** The text is no input of its own any more: it is sent as the value of its choice. */
function follow(input: HTMLInputElement): void {
  if (!input.name) return
  input.removeAttribute('name')
  draw(input)
}

function update(target: Element): void {
  const box = target.closest('[data-field]') ?? target
  box.querySelectorAll<HTMLInputElement>('[data-own]').forEach(draw)
}

function draw(input: HTMLInputElement): void {
  const box = input.closest<HTMLElement>('[data-field]')
  const choice = choiceOf(box)
  if (!box || !choice) return
  const text = input.value.trim()
  const [most, actual] = [Number(input.dataset.own), [...text].length]
  const chosen = isChosen(choice)
  choice.value = MARK + text
  if (input.parentElement) input.parentElement.hidden = !chosen
  box.dataset.fault = !chosen ? '' : !text ? (data.own?.missing ?? '') : actual > most ? fill(data.own?.too_long, { max: most, actual }) : ''
}

/** An answer is put back into the page: the choice has to have its value first. */
function put(event: CustomEvent<unknown>): void {
  const input = event.target as HTMLInputElement
  const choice = input.matches('[data-own]') ? choiceOf(input.closest('[data-field]')) : null
  if (!choice) return
  input.removeAttribute('name')
  const own = [event.detail].flat().find((one): one is string => typeof one === 'string' && one.startsWith(MARK))
  if (own !== undefined) input.value = own.slice(MARK.length)
  choice.value = own ?? MARK
}

/** Whoever chooses it by a pointer goes on to write. */
function opened(event: MouseEvent): void {
  const choice = (event.target as Element).closest('.option')?.querySelector('[data-mark]') ?? null
  if (!event.detail || !(choice instanceof HTMLInputElement)) return
  window.setTimeout(() => choice.checked && choice.closest('[data-field]')?.querySelector<HTMLInputElement>('[data-own]')?.focus())
}
