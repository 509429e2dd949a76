/** The browser's position at a press of the button; coordinates can be typed as well, unless the form says otherwise. */
import { fill } from './page'

const PATIENCE_MS = 15_000

export function followLocation(box: HTMLElement, texts: Record<string, string>): void {
  const button = box.querySelector('button')
  const said = box.querySelector('[role=status]')
  if (!button || !said || !('geolocation' in navigator)) return
  const input = (part: string) => box.querySelector<HTMLInputElement>(`[name$=".${part}"]`)
  const say = (words: string | undefined) => (said.textContent = words ?? '')
  const write = (part: string, value: number | '') => {
    const found = input(part)
    if (found) found.value = String(value)
  }
  const coordinates = [input('lat'), input('lng')]
  if ('foundOnly' in box.dataset) coordinates.forEach((one) => one && (one.readOnly = true))

  const found = ({ coords }: GeolocationPosition) => {
    write('lat', coords.latitude)
    write('lng', coords.longitude)
    write('accuracy', Math.ceil(coords.accuracy))
    say(fill(texts.located, { n: Math.ceil(coords.accuracy) }))
    input('lat')?.dispatchEvent(new Event('input', { bubbles: true }))
  }
  button.addEventListener('click', () => {
    say(texts.locating)
    navigator.geolocation.getCurrentPosition(found, () => say(texts.no_location), { enableHighAccuracy: true, timeout: PATIENCE_MS })
  })
  // Typed coordinates are as exact as somebody typed them.
  for (const one of coordinates) one?.addEventListener('input', (event) => event.isTrusted && write('accuracy', ''))
}
