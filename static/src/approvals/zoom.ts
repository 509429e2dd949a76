/** How large the tree is drawn: by buttons, by the wheel with Ctrl, or to fit. */
import { nextTick, ref, type Ref } from 'vue'

const STEPS = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2]

export function useZoom(canvas: Ref<HTMLElement | undefined>) {
  const zoom = ref(1)
  function by(direction: -1 | 1): void {
    const next = direction > 0 ? STEPS.find((one) => one > zoom.value + 0.001) : STEPS.findLast((one) => one < zoom.value - 0.001)
    if (next) to(next)
  }
  /** Keeps what lies in the middle where it is. */
  function to(next: number): void {
    const box = canvas.value
    const before = zoom.value
    const middle = box && { x: (box.scrollLeft + box.clientWidth / 2) / before, y: (box.scrollTop + box.clientHeight / 2) / before }
    zoom.value = next
    if (!box || !middle) return
    void nextTick(() => {
      box.scrollLeft = middle.x * next - box.clientWidth / 2
      box.scrollTop = middle.y * next - box.clientHeight / 2
    })
  }
  function wheel(event: WheelEvent): void {
    if (!event.ctrlKey && !event.metaKey) return
    event.preventDefault()
    by(event.deltaY < 0 ? 1 : -1)
  }
  function fit(): void {
    const box = canvas.value
    const tree = box?.querySelector<HTMLElement>('.tree')
    if (!box || !tree) return
    const inner = tree.getBoundingClientRect()
    const size = { width: inner.width / zoom.value, height: inner.height / zoom.value }
    zoom.value = Math.max(0.3, Math.min(1, box.clientWidth / size.width, box.clientHeight / size.height))
    void nextTick(() => {
      box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2
      box.scrollTop = 0
    })
  }
  function centre(): void {
    const box = canvas.value
    if (box) box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2
  }
  return { zoom, by, to, wheel, fit, centre }
}
