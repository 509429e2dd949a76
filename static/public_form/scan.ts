/**
 * A button that scans a code into its field. Only forms that have such a field load this file; where there is no camera, the
 * code is typed and no button comes.
 */
import { canScan, scanCode } from '@/shared/scanning'
import { element, icon, type PageData } from './page'

const { texts } = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const form = document.getElementById('form')
if (form && canScan()) {
  form.querySelectorAll<HTMLElement>('[data-scan]').forEach(follow)
  // rows of a sub-form come and go
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof Element) node.querySelectorAll<HTMLElement>('[data-scan]').forEach(follow)
    }
  }).observe(form, { childList: true, subtree: true })
}

function follow(box: HTMLElement): void {
  const input = box.querySelector<HTMLInputElement>('.in')
  if (!input || input.readOnly || box.querySelector('button')) return
  const button = element('button', { type: 'button', class: 'plain-button', 'aria-label': `${texts.scan ?? ''} · ${input.labels?.[0]?.textContent ?? ''}` }, icon('scan'), texts.scan ?? '')
  button.addEventListener('click', async () => {
    const found = await ask(box.dataset.scan ?? 'any')
    if (found) input.value = found
    input.dispatchEvent(new Event('input', { bubbles: true }))
    input.focus()
  })
  box.append(button)
}

/** The text of the code that is held before the camera, or null when the window is closed before. */
async function ask(kind: string): Promise<string | null> {
  const video = element('video', { playsinline: '', muted: '' })
  const words = element('p', { role: 'status' }, texts.scan_aim ?? '')
  const close = element('button', { type: 'button', class: 'plain-button' }, texts.cancel ?? '')
  const dialog = element('dialog', { 'aria-label': texts.scan ?? '' }, video, words, close)
  document.body.append(dialog)
  dialog.showModal()
  close.addEventListener('click', () => dialog.close())
  try {
    return await scanCode(video, kind, () => dialog.open)
  } catch {
    words.textContent = texts.scan_failed ?? ''
    await new Promise((resolve) => (dialog.open ? dialog.addEventListener('close', resolve) : resolve(null)))
    return null
  } finally {
    dialog.remove()
  }
}
