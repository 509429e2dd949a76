/** Counts down to the opening of a form, then opens it. Seconds left come from the server: a visitor's clock may be wrong. */
import { fill } from './page'

export function countDown(box: HTMLElement, texts: Record<string, string>): void {
  const until = performance.now() + Number(box.dataset.left) * 1000
  const timer = setInterval(tick, 1000)
  function tick(): void {
    const left = Math.ceil((until - performance.now()) / 1000)
    box.textContent = inWords(Math.max(left, 0), texts)
    if (left > 0) return
    clearInterval(timer)
    setTimeout(() => location.reload(), 1500)
  }
}

/** 2 days 03:04:05; without days on the last one. As `left_in_words` on the server. */
export function inWords(seconds: number, texts: Record<string, string>): string {
  const days = Math.floor(seconds / 86_400)
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60]
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':')
  return days ? fill(texts[days === 1 ? 'day_and' : 'days_and'], { n: days, clock }) : clock
}
