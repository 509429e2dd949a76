/** A pad to sign on with finger, pen or mouse: strokes that can be taken back, and the picture of them. */
const PEN = 2.4
const INK = '#1c1a18'
type Point = [x: number, y: number]

export interface Pad {
  readonly isEmpty: boolean
  undo(): void
  clear(): void
  /** The picture, with a transparent ground; null when nothing is drawn. */
  picture(): Promise<File | null>
}

/** Draws on `canvas`. `began` is told of a stroke that begins, `changed` of every change once it is complete. */
export function followPad(canvas: HTMLCanvasElement, { began, changed }: { began?: () => void; changed: () => void }): Pad {
  let strokes: Point[][] = []

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
  }
  const at = (event: PointerEvent): Point => [Math.round(event.offsetX * 10) / 10, Math.round(event.offsetY * 10) / 10]
  const change = (next: Point[][]) => {
    strokes = next
    draw()
    changed()
  }

  canvas.addEventListener('pointerdown', (event) => {
    if (event.button) return
    event.preventDefault()
    canvas.setPointerCapture(event.pointerId)
    strokes.push([at(event)])
    draw()
    began?.()
  })
  canvas.addEventListener('pointermove', (event) => {
    if (!canvas.hasPointerCapture(event.pointerId)) return
    strokes.at(-1)?.push(...(event.getCoalescedEvents?.() ?? [event]).map(at))
    draw()
  })
  for (const name of ['pointerup', 'pointercancel'] as const) canvas.addEventListener(name, changed)
  return {
    get isEmpty() {
      return !strokes.length
    },
    undo: () => change(strokes.slice(0, -1)),
    clear: () => change([]),
    picture: () =>
      new Promise((resolve) => {
        if (!strokes.length) return resolve(null)
        canvas.toBlob((blob) => resolve(blob && new File([blob], 'signature.png', { type: 'image/png' })), 'image/png')
      }),
  }
}
