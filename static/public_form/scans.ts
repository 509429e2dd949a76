/** Reads a code with the camera where the browser can; elsewhere the code is typed, and there is no button. */
import { element, icon, type PageData } from './page'

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
type DetectorClass = new (options?: { formats: string[] }) => Detector
const LOOK_MS = 200

export function followScan(box: HTMLElement, { texts }: PageData): void {
  const Detector = (window as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  const input = box.querySelector<HTMLInputElement>('.in')
  if (!Detector || !input || input.readOnly || !navigator.mediaDevices?.getUserMedia) return
  const button = element('button', { type: 'button', class: 'plain-button' }, icon('scan'), texts.scan ?? '')
  button.addEventListener('click', () => {
    const kind = box.dataset.scan
    void scan(new Detector(kind && kind !== 'any' ? { formats: [kind] } : undefined), texts).then((found) => {
      if (found) input.value = found
      input.dispatchEvent(new Event('input', { bubbles: true }))
      input.focus()
    })
  })
  box.append(button)
}

/** The text of the first code that the camera sees, or null when the window is closed before. */
async function scan(detector: Detector, texts: Record<string, string>): Promise<string | null> {
  const video = element('video', { playsinline: '', muted: '' })
  const words = element('p', { role: 'status' }, texts.scan_aim ?? '')
  const close = element('button', { type: 'button', class: 'plain-button' }, texts.cancel ?? '')
  const dialog = element('dialog', { 'aria-label': texts.scan ?? '' }, video, words, close)
  document.body.append(dialog)
  dialog.showModal()
  close.addEventListener('click', () => dialog.close())
  let stream: MediaStream | null = null
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    video.srcObject = stream
    await video.play()
    return await look(detector, video, dialog)
  } catch {
    words.textContent = texts.scan_failed ?? ''
    await new Promise((resolve) => (dialog.open ? dialog.addEventListener('close', resolve) : resolve(null)))
    return null
  } finally {
    stream?.getTracks().forEach((track) => track.stop())
    dialog.remove()
  }
}

async function look(detector: Detector, video: HTMLVideoElement, dialog: HTMLDialogElement): Promise<string | null> {
  while (dialog.open) {
    const found = (await detector.detect(video))[0]?.rawValue
    if (found) return found
    await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS))
  }
  return null
}
