/** A pad to sign on. What is drawn goes the way of every upload, once the hand rests; a typed name needs no hand. */
import { element, icon, type FieldData } from './page'

const REST_MS = 900
const PEN = 2.4
const INK = '#1c1a18'
type Point = [x: number, y: number]

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
  let strokes: Point[][] = []
  let timer = 0

  const pen = () => {
    const scale = window.devicePixelRatio || 1
    const context = canvas.getContext('2d')
    if (!context) return null
    if (canvas.width !== Math.round(canvas.clientWidth * scale)) {
      canvas.width = Math.round(canvas.clientWidth * scale)
      canvas.height = Math.round(canvas.clientHeight * scale)
    }
    context.setTransform(scale, 0, 0, scale, 0, 0)
    Object.assign(context, { lineWidth: PEN, lineCap: 'round', lineJoin: 'round', strokeStyle: INK })
    return context
  }
  const draw = () => {
    const context = pen()
    if (!context) return
    context.clearRect(0, 0, canvas.clientWidth, canvas.clientHeight)
    for (const stroke of strokes) {
      context.beginPath()
      stroke.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)))
      const [dot] = stroke.length === 1 ? stroke : []
      if (dot) context.lineTo(dot[0] + 0.1, dot[1])
      context.stroke()
    }
    hint.hidden = strokes.length > 0
  }
  const rest = () => {
    window.clearTimeout(timer)
    timer = window.setTimeout(give, strokes.length ? REST_MS : 0)
    box.classList.toggle('drawn', strokes.length > 0)
  }
  const give = () => {
    if (!strokes.length) {
      timer = 0
      return hand(field, null)
    }
    canvas.toBlob((blob) => {
      timer = 0
      hand(field, blob && new File([blob], 'signature.png', { type: 'image/png' }))
    }, 'image/png')
  }
  const at = (event: PointerEvent): Point => [Math.round(event.offsetX * 10) / 10, Math.round(event.offsetY * 10) / 10]

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button) return
    event.preventDefault()
    canvas.setPointerCapture(event.pointerId)
    window.clearTimeout(timer)
    strokes.push([at(event)])
    draw()
  })
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return
    strokes.at(-1)?.push(...(event.getCoalescedEvents?.() ?? [event]).map(at))
    draw()
  })
  for (const name of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(name, rest)
  const change = (next: Point[][]) => {
    strokes = next
    draw()
    rest()
  }
  undo.addEventListener('click', () => change(strokes.slice(0, -1)))
  clear.addEventListener('click', () => change([]))
  box.closest('form')?.addEventListener('reset', () => change([]))
  box.prepend(frame, element('p', { class: 'pad-tools' }, undo, clear))
  return {
    get isPending() {
      return timer > 0
    },
  }
}
