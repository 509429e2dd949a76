/**
 * Reading bar codes and QR codes with the camera, in the workspace and on public pages: by the browser's own reader where it
 * has one, else by ZXing as WebAssembly, which is fetched when somebody scans for the first time.
 */
import type { ReadInputBarcodeFormat } from 'zxing-wasm/reader'

type Look = (video: HTMLVideoElement) => Promise<string | null>
interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>
}
interface DetectorClass {
  new (options?: { formats: string[] }): Detector
  getSupportedFormats(): Promise<string[]>
}
const LOOK_MS = 150
/** What the field type calls a kind of code → what ZXing calls it. UPC-A is read as EAN-13 with a leading zero by many readers. */
const ZXING: Readonly<Record<string, ReadInputBarcodeFormat[]>> = { ean_13: ['EAN13'], ean_8: ['EAN8'], upc_a: ['UPCA', 'EAN13'] }

export function canScan(): boolean {
  return Boolean(navigator.mediaDevices?.getUserMedia)
}

/** The text of the first code that the camera sees, or null once `isOpen` says no. Throws when there is no camera to use. */
export async function scanCode(video: HTMLVideoElement, kind: string, isOpen: () => boolean): Promise<string | null> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } })
  try {
    video.srcObject = stream
    await video.play()
    const look = (await ownReader(kind)) ?? (await fetchedReader(kind))
    while (isOpen()) {
      const found = await look(video)
      if (found) return isOpen() ? found : null
      await new Promise((resolve) => window.setTimeout(resolve, LOOK_MS))
    }
    return null
  } finally {
    stream.getTracks().forEach((track) => track.stop())
  }
}

/** The browser's reader, or null where it has none that knows the kind. */
async function ownReader(kind: string): Promise<Look | null> {
  const Own = (window as { BarcodeDetector?: DetectorClass }).BarcodeDetector
  const known = await Own?.getSupportedFormats().catch((): string[] => [])
  const wanted = kind in ZXING ? kind : 'qr_code'
  if (!Own || !known?.includes(wanted)) return null
  const detector = new Own(kind in ZXING ? { formats: [kind] } : undefined)
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null
}

async function fetchedReader(kind: string): Promise<Look> {
  const [{ prepareZXingModule, readBarcodes }, { default: url }] = await Promise.all([
    import('zxing-wasm/reader'),
    import('zxing-wasm/reader/zxing_reader.wasm?url'),
  ])
  await prepareZXingModule({ overrides: { locateFile: () => url }, fireImmediately: true })
  const formats = ZXING[kind] ?? []
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async (video) => {
    if (!context || !video.videoWidth) return null
    Object.assign(canvas, { width: video.videoWidth, height: video.videoHeight })
    context.drawImage(video, 0, 0)
    const found = await readBarcodes(context.getImageData(0, 0, canvas.width, canvas.height), { formats, maxNumberOfSymbols: 1 })
    return found[0]?.text || null
  }
}
