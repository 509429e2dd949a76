/**
 * Inside a page of another site: tells the origin that holds this page, and nobody else, that it was loaded, how high
 * it is and that it was sent. Which origin that is was checked by the server against the link's list.
 */
const holder = document.body.dataset.embed
const form = location.pathname.split('/')[2]

if (holder && window.parent !== window) {
  const tell = (event: string, more: Record<string, unknown> = {}) => window.parent.postMessage({ source: 'formloom', form, event, ...more }, holder)
  let height = 0
  const measure = () => {
    const now = Math.ceil(document.body.getBoundingClientRect().height)
    if (now !== height) tell('height', { height: (height = now) })
  }
  tell('loaded', { page: document.getElementById('form') ? 'form' : 'other' })
  if (document.querySelector('[data-submitted]')) tell('submitted')
  new ResizeObserver(measure).observe(document.body)
  measure()
}
