/**
 * The keys of a card. Enter goes on, letters choose, digits rate, Y and N answer, Shift+Tab and the arrows go back.
 * Whatever types text keeps its keys, and nothing is taken from an input method that is composing.
 */
import type { Cards } from './card_list'

const TYPES_TEXT = 'textarea, select, [contenteditable=true], input:not([type=radio]):not([type=checkbox]):not([type=file]):not([type=button])'
const KEEPS_ENTER = 'button, a, summary, [type=file], dialog *'
const OPTIONS = '.options .option input, .pictures input'
/** The choice to write an answer, which is not given yet by choosing that. */
const OWN = '[data-mark]'
/** How long a rating waits for the 0 of a 10. */
const TEN_MS = 600
/** How long a choice is seen before the next card comes. */
const SEEN_MS = 320

export function followKeys(form: HTMLFormElement, cards: Cards): void {
  const isTouch = window.matchMedia('(pointer: coarse)').matches
  let digits = ''
  let timer = 0
  let pressedAt = 0

  document.addEventListener('keydown', (event) => {
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || event.altKey) return
    const target = event.target as Element
    // A scale that has the focus takes its digits by itself; here they also go on.
    if (event.defaultPrevented && !(target.matches('[data-scale] input') && /^\d$/.test(event.key))) return
    if (!form.contains(target) && target !== document.body) return
    if (take(event, target)) event.preventDefault()
  })
  form.addEventListener('pointerdown', () => (pressedAt = performance.now()))
  form.addEventListener('change', (event) => {
    const input = event.target as HTMLInputElement
    // Only what a finger or a mouse chose goes on by itself; arrow keys walk through radio buttons.
    if (input.type === 'radio' && !input.matches(OWN) && performance.now() - pressedAt < 1000 && inputs('input:not([data-own])').every((one) => one.type === 'radio' && one.name === input.name)) later()
  })

  function take(event: KeyboardEvent, target: Element): boolean {
    if (event.key === 'Enter') return enter(event, target)
    if (event.key === 'Tab') return event.shiftKey && cards.stops[0] === target && back()
    const types = target.matches(TYPES_TEXT)
    if (!types && !target.matches('[type=radio]') && event.key === 'ArrowDown') return (cards.forward(), true)
    if (!types && !target.matches('[type=radio]') && event.key === 'ArrowUp') return back()
    return !types && !event.shiftKey && !event.repeat && event.key.length === 1 && choose(event.key.toLowerCase())
  }

  function back(): boolean {
    const before = cards.current
    cards.retreat()
    return cards.current !== before
  }

  function enter(event: KeyboardEvent, target: Element): boolean {
    const isLong = target.matches('textarea')
    if (event.repeat || target.matches(KEEPS_ENTER) || target.matches('[contenteditable=true]')) return false
    if (isLong && (event.shiftKey || isTouch)) return false
    cards.forward()
    return true
  }

  function choose(key: string): boolean {
    const scale = inputs('[data-scale] input')
    if (scale.length) return /^\d$/.test(key) && rate(key, scale)
    const options = inputs(OPTIONS)
    if (!options.length) return false
    const isYesNo = options.length === 2 && options[0]?.value === 'true'
    return pick(isYesNo ? options['yn'.indexOf(key)] : options[/^[a-z]$/.test(key) ? key.charCodeAt(0) - 97 : -1])
  }

  function rate(key: string, scale: HTMLInputElement[]): boolean {
    window.clearTimeout(timer)
    const both = digits + key
    const fits = (text: string) => scale.find((one) => one.value === text)
    const found = fits(both) ?? fits(key)
    digits = fits(`${key}0`) && !digits ? key : ''
    if (!found) return false
    mark(found)
    timer = window.setTimeout(() => ((digits = ''), !cards.isLast && cards.forward()), digits ? TEN_MS : SEEN_MS)
    return true
  }

  function pick(input: HTMLInputElement | undefined): boolean {
    if (!input) return false
    mark(input)
    if (input.matches(OWN)) inputs('[data-own]')[0]?.focus()
    else if (input.type === 'radio') later()
    return true
  }

  function mark(input: HTMLInputElement): void {
    input.focus({ preventScroll: true })
    if (input.type === 'radio' && input.checked) return
    input.checked = input.type === 'radio' || !input.checked
    for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true }))
  }

  function later(): void {
    window.clearTimeout(timer)
    const from = cards.current
    timer = window.setTimeout(() => cards.current === from && !cards.isLast && cards.forward(), SEEN_MS)
  }

  function inputs(selector: string): HTMLInputElement[] {
    return [...(cards.current?.querySelectorAll<HTMLInputElement>(selector) ?? [])]
  }
}
