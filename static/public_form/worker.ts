/**
 * Opens a form without a net, for forms that allow it (`settings.offline`). It keeps the empty page of a form, as the
 * server marked it, and the files of ours that the page needs; nothing else: no answer, no receipt, no page of a
 * personal link or of one with a password, nothing outside of /f/. A page that comes back without the mark is forgotten,
 * and with the last one this worker goes too.
 */
interface Later extends Event {
  waitUntil: (work: Promise<unknown>) => void
}
interface Asked extends Later {
  readonly request: Request
  respondWith: (answer: Promise<Response>) => void
}
interface Scope {
  skipWaiting: () => Promise<void>
  readonly clients: { claim: () => Promise<void> }
  readonly registration: ServiceWorkerRegistration
  addEventListener: ((name: 'install' | 'activate', act: (event: Later) => void) => void) & ((name: 'message', act: (event: MessageEvent & Later) => void) => void) & ((name: 'fetch', act: (event: Asked) => void) => void)
}
// The compiler knows pages; these few lines are what it has to know of a worker.
const worker = globalThis as unknown as Scope

const CACHE = 'formloom-form-1'
const MARK = 'X-Formloom-Offline'
const FORM = /^\/f\/[\w-]{1,40}$/
const FILE = /^\/(static\/|divisions\.txt$|f\/[\w-]{1,40}\/(look|pictures)\/)/

worker.addEventListener('install', () => void worker.skipWaiting())
worker.addEventListener('activate', (event) => event.waitUntil(begin()))
worker.addEventListener('message', (event) => {
  const asked = event.data as { keep?: string[] } | null
  if (Array.isArray(asked?.keep)) event.waitUntil(keep(asked.keep.slice(0, 60)))
})
worker.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== location.origin) return
  if (request.mode === 'navigate' && FORM.test(url.pathname)) event.respondWith(page(request, url))
  else if (FILE.test(url.pathname)) event.respondWith(file(request, url))
})

async function begin(): Promise<void> {
  const old = (await caches.keys()).filter((name) => name.startsWith('formloom-form-') && name !== CACHE)
  await Promise.all(old.map((name) => caches.delete(name)))
  await worker.clients.claim()
}

/** Keep what a page that is open tells of itself: its own address and its files. */
async function keep(addresses: string[]): Promise<void> {
  for (const address of addresses) {
    const url = new URL(address, location.origin)
    if (url.origin !== location.origin) continue
    if (FORM.test(url.pathname)) await page(new Request(url, { headers: { Accept: 'text/html' }, credentials: 'same-origin' }), url).catch(() => undefined)
    else if (FILE.test(url.pathname)) await file(new Request(url), url).catch(() => undefined)
  }
}

async function page(request: Request, url: URL): Promise<Response> {
  const name = nameOf(url)
  let answer: Response
  try {
    answer = await fetch(request)
  } catch (fault) {
    const cache = await existing()
    const kept = (name && (await cache?.match(name))) || (await cache?.match(url.pathname, { ignoreSearch: true }))
    if (kept) return kept
    throw fault
  }
  if (answer.ok && answer.headers.has(MARK)) {
    if (name) await (await caches.open(CACHE)).put(name, answer.clone())
  } else if (answer.status < 500 && !answer.redirected) await forget(url.pathname)
  return answer
}

/** What is kept, or null while nothing is: opening a cache would make it. */
async function existing(): Promise<Cache | null> {
  return (await caches.has(CACHE)) ? caches.open(CACHE) : null
}

/** Under what a page is kept: nothing but its language may stand in the address. */
function nameOf(url: URL): string | null {
  const others = [...url.searchParams.keys()].filter((one) => one !== 'locale')
  const locale = url.searchParams.get('locale')
  return others.length ? null : `${url.pathname}${locale ? `?locale=${locale}` : ''}`
}

async function file(request: Request, url: URL): Promise<Response> {
  const cache = await existing()
  const kept = await cache?.match(request)
  if (kept && url.pathname.startsWith('/static/assets/')) return kept
  try {
    const answer = await fetch(request)
    if (answer.ok && cache && (await isInUse(cache))) await cache.put(request, answer.clone())
    return answer
  } catch (fault) {
    if (kept) return kept
    throw fault
  }
}

async function isInUse(cache: Cache): Promise<boolean> {
  return (await cache.keys()).some((request) => FORM.test(new URL(request.url).pathname))
}

async function forget(path: string): Promise<void> {
  const cache = await existing()
  if (!cache || !(await cache.delete(path, { ignoreSearch: true })) || (await isInUse(cache))) return
  await caches.delete(CACHE)
  await worker.registration.unregister()
}

export {}
