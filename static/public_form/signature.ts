/** A pad to sign on. What is drawn goes the way of every upload, once the hand rests; a typed name needs no hand. */
import { followPad } from '@/shared/pad'
import { element, icon, type FieldData } from './page'

const REST_MS = 900

export interface Pad {
  /** Something is drawn that didn't go yet. */
  readonly isPending: boolean
}

export function followSignature(box: HTMLElement, field: FieldData, texts: Record<string, string>, hand: (field: FieldData, file: File | null) => void): Pad {
  const canvas = element('canvas', { class: 'pad', role: 'img', 'aria-label': texts.sign_here ?? '' })
  const undo = element('button', { type: 'button', class: 'plain-button' }, icon('undo'), texts.undo ?? '')
  const clear = element('button', { type: 'button', class: 'plain-button' }, icon('x'), texts.clear ?? '')
  const hint = element('span', { class: 'pad-hint', 'aria-hidden': 'true' }, texts.sign_here ?? '')
  const frame = element('div', { class: 'pad-frame' }, canvas, hint)
  let timer = 0

  const give = async () => {
    const picture = await pad.picture()
    timer = 0
    hand(field, picture)
  }
  const pad = followPad(canvas, {
    began: () => {
      window.clearTimeout(timer)
      hint.hidden = true
    },
    changed: () => {
      hint.hidden = !pad.isEmpty
      window.clearTimeout(timer)
      timer = window.setTimeout(give, pad.isEmpty ? 0 : REST_MS)
      box.classList.toggle('drawn', !pad.isEmpty)
    },
  })
  undo.addEventListener('click', pad.undo)
  clear.addEventListener('click', pad.clear)
  box.closest('form')?.addEventListener('reset', pad.clear)
  box.prepend(frame, element('p', { class: 'pad-tools' }, undo, clear))
  return {
    get isPending() {
      return timer > 0
    },
  }
}
