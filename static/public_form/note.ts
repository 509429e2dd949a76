/** The line at the head of the page: kept at 14:03, restored, offline. */
import { element, icon } from './page'

const place = () => document.getElementById('note')

export function note(words: string, act?: { label: string; run: () => void }): void {
  const button = act ? element('button', { type: 'button' }, act.label) : null
  button?.addEventListener('click', () => act?.run())
  draw('', words, button)
}

export function noteOffline(words: string): void {
  draw('offline', words, null)
}

export function clearNote(): void {
  place()?.classList.remove('offline')
  place()?.replaceChildren()
}

function draw(kind: string, words: string, button: HTMLButtonElement | null): void {
  place()?.classList.toggle('offline', kind === 'offline')
  place()?.replaceChildren(icon('cloud'), element('span', {}, words), ...(button ? [button] : []))
}
