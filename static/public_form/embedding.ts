/**
 * What other sites load: puts a form into `<div data-formloom="…">`, or opens it over the page from
 * `<button data-formloom-popup="…">`. The element gets the events `formloom:loaded`, `formloom:height` and
 * `formloom:submitted`. No style sheet, no inline style attribute, no cookie, nothing global.
 */
const CLOSE = document.documentElement.lang.startsWith('zh') ? '关闭' : 'Close'
const TITLE = document.documentElement.lang.startsWith('zh') ? '表单' : 'Form'

interface Told {
  source?: string
  event?: string
  height?: number
}

function frameOf(address: string, place: HTMLElement, follow: (told: Told) => void): HTMLIFrameElement {
  const url = new URL(address, location.href)
  url.searchParams.set('embed', location.origin)
  const frame = document.createElement('iframe')
  frame.src = url.href
  frame.title = place.dataset.formloomTitle ?? TITLE
  frame.allow = 'camera; geolocation'
  Object.assign(frame.style, { display: 'block', width: '100%', border: '0', minHeight: '240px', colorScheme: 'auto' })
  window.addEventListener('message', (message) => {
    const told = message.data as Told | null
    if (message.source !== frame.contentWindow || message.origin !== url.origin || told?.source !== 'formloom') return
    follow(told)
    place.dispatchEvent(new CustomEvent(`formloom:${told.event}`, { bubbles: true, detail: told }))
  })
  return frame
}

function inline(place: HTMLElement): void {
  let pages = 0
  const frame = frameOf(place.dataset.formloom as string, place, (told) => {
    if (told.event === 'height' && told.height) frame.style.height = `${told.height}px`
    if (told.event === 'loaded' && pages++ && frame.getBoundingClientRect().top < 0) frame.scrollIntoView({ block: 'start' })
  })
  place.append(frame)
}

function popup(button: HTMLElement): void {
  let dialog: HTMLDialogElement | null = null
  button.setAttribute('aria-haspopup', 'dialog')
  button.addEventListener('click', (event) => {
    event.preventDefault()
    dialog ??= dialogOf(button)
    dialog.showModal()
  })
}

function dialogOf(button: HTMLElement): HTMLDialogElement {
  const dialog = document.createElement('dialog')
  const close = document.createElement('button')
  const frame = frameOf(button.dataset.formloomPopup as string, button, (told) => {
    if (told.event === 'height' && told.height) frame.style.height = `min(${told.height}px, calc(100dvh - 96px))`
  })
  dialog.setAttribute('aria-label', frame.title)
  Object.assign(dialog.style, { width: 'min(720px, calc(100vw - 24px))', maxWidth: 'none', padding: '44px 0 0', border: '0', borderRadius: '14px', overflow: 'hidden', boxShadow: '0 20px 60px rgba(0,0,0,.3)' })
  close.type = 'button'
  close.setAttribute('aria-label', CLOSE)
  close.textContent = '×'
  Object.assign(close.style, { position: 'absolute', top: '4px', right: '6px', width: '40px', height: '40px', border: '0', background: 'none', color: 'inherit', font: '26px/1 system-ui, sans-serif', cursor: 'pointer' })
  close.addEventListener('click', () => dialog.close())
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close())
  dialog.append(close, frame)
  document.body.append(dialog)
  return dialog
}

function begin(): void {
  for (const [mark, act] of [['formloom', inline], ['formloomPopup', popup]] as const) {
    for (const one of document.querySelectorAll<HTMLElement>(mark === 'formloom' ? '[data-formloom]' : '[data-formloom-popup]')) {
      if (one.dataset.formloomDone) continue
      one.dataset.formloomDone = 'yes'
      act(one)
    }
  }
}

if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', begin)
else begin()
