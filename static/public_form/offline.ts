/**
 * Forms that are filled without a net. Loaded only by forms that allow it, also by their pages that are shut, so that
 * what waits on this device is always seen. Answers that can't be sent are kept, shown, and sent when the net is back.
 */
import { deliver } from './delivery'
import { element, fill, icon, type Answers, type PageData } from './page'
import { MOST_BYTES, MOST_WAITING, Queue, type HeldFile, type Waiting } from './queue'
import { shown } from './moments'

interface Unreachable {
  answers: Answers
  /** Set by whoever takes the answers: whether they are kept. */
  taken?: Promise<boolean>
}
interface Unsent {
  field: string
  file: File
  done: (id: string) => void
}
const PAUSES_S = [5, 15, 60, 300, 900]

class Offline {
  private readonly queue = new Queue()
  private readonly held = new Map<string, HeldFile>()
  private readonly list = element('ul')
  private readonly box = element('section', { class: 'waiting', 'aria-labelledby': 'waiting' }, this.list)
  private readonly heading = element('h2', { id: 'waiting' })
  private readonly path = location.pathname.split('/').slice(0, 3).join('/')
  private timer = 0
  private isSending = false

  constructor(
    private readonly form: HTMLFormElement | null,
    private readonly data: PageData,
  ) {
    this.box.prepend(this.heading)
    this.box.hidden = true
    document.querySelector('main .top')?.after(this.box)
    form?.addEventListener('unreachable', (event) => this.take((event as CustomEvent<Unreachable>).detail))
    form?.addEventListener('unsent', (event) => this.hold(event as CustomEvent<Unsent>))
    window.addEventListener('online', () => void this.sendAll())
    void this.draw().then(() => this.sendAll())
    if (form) void this.install()
  }

  private async install(): Promise<void> {
    if (!('serviceWorker' in navigator) || window.parent !== window) return
    await navigator.serviceWorker.register('/f/worker.js', { scope: '/f/' }).catch(() => undefined)
    const ready = await navigator.serviceWorker.ready
    const files = performance.getEntriesByType('resource').map((one) => one.name)
    const locale = document.documentElement.lang
    ready.active?.postMessage({ keep: [this.path, `${this.path}?locale=${locale}`, ...files] })
  }

  private take(asked: Unreachable): void {
    asked.taken = this.put(asked.answers).catch(() => false)
  }

  private async put(answers: Answers): Promise<boolean> {
    if ((await this.queue.of(this.path)).length >= MOST_WAITING) return false
    const named = new Set(Object.values(answers).flat().filter((one) => typeof one === 'string'))
    const files = [...this.held.values()].filter((one) => named.has(one.id))
    await this.queue.put({ key: `offline-${crypto.randomUUID()}`, path: this.path, answers, files, at: Date.now(), tries: 0, refused: '' })
    files.forEach((one) => this.held.delete(one.id))
    await this.draw()
    this.box.scrollIntoView({ block: 'nearest' })
    this.later(PAUSES_S[0] as number)
    return true
  }

  /** A file that could not be uploaded is kept beside the answers, up to what a device may be asked to keep. */
  private hold(event: CustomEvent<Unsent>): void {
    const { field, file, done } = event.detail
    const size = [...this.held.values()].reduce((sum, one) => sum + one.file.size, file.size)
    if (size > MOST_BYTES) return
    const id = `held-${crypto.randomUUID()}`
    this.held.set(id, { id, field, file })
    event.preventDefault()
    done(id)
  }

  /** Send what waits, one after the other, in one window only. */
  private async sendAll(): Promise<void> {
    if (this.isSending || !navigator.onLine) return
    this.isSending = true
    const work = async () => {
      for (const one of await this.queue.of(this.path)) if (!one.refused && !(await this.sendOne(one))) break
    }
    await (navigator.locks ? navigator.locks.request('formloom-queue', work) : work()).catch(() => undefined)
    this.isSending = false
    await this.draw()
  }

  private async sendOne(one: Waiting): Promise<boolean> {
    const { texts } = this.data
    const done = await deliver(one, document.documentElement.lang, { changed: texts.waiting_changed ?? '' })
    if (done.kind === 'stored') {
      await this.queue.remove(one.key)
      this.tell(fill(texts.waiting_sent, { time: shown(new Date(one.at), document.documentElement.lang) }))
    } else if (done.kind === 'refused') await this.queue.put({ ...one, refused: done.words || (texts.failed ?? '') })
    else {
      await this.queue.put({ ...one, tries: one.tries + 1 })
      this.later(Math.max(done.after_s, PAUSES_S[Math.min(one.tries, PAUSES_S.length - 1)] as number))
    }
    await this.draw()
    return done.kind !== 'later'
  }

  private later(seconds: number): void {
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => void this.sendAll(), seconds * 1000)
  }

  private tell(words: string): void {
    const place = document.getElementById('note')
    place?.replaceChildren(icon('check'), element('span', {}, words))
  }

  private async draw(): Promise<void> {
    const all = await this.queue.of(this.path).catch(() => [])
    const { texts } = this.data
    this.box.hidden = !all.length
    this.heading.textContent = fill(texts[all.length === 1 ? 'waiting_one' : 'waiting_many'], { n: all.length })
    this.list.replaceChildren(...all.map((one) => this.row(one)))
  }

  private row(one: Waiting): HTMLLIElement {
    const { texts } = this.data
    const words = element('span', { class: one.refused ? 'failed' : 'small' }, one.refused || (texts.waiting_state ?? ''))
    const row = element('li', {}, element('b', {}, shown(new Date(one.at), document.documentElement.lang)), words)
    const act = (label: string | undefined, run: () => void) => {
      const button = element('button', { type: 'button', class: 'plain-button' }, label ?? '')
      button.addEventListener('click', run)
      row.append(button)
    }
    act(texts.waiting_now, () => void this.queue.put({ ...one, refused: '' }).then(() => this.sendAll()))
    if (one.refused && this.form) act(texts.waiting_open, () => void this.reopen(one))
    act(texts.waiting_drop, () => void (window.confirm(texts.waiting_sure) && this.queue.remove(one.key).then(() => this.draw())))
    return row
  }

  /** Put the answers of one back into the page, to be corrected and sent again. */
  private async reopen(one: Waiting): Promise<void> {
    const held = new Set(one.files.map((file) => file.id))
    const answers = Object.fromEntries(Object.entries(one.answers).filter(([, answer]) => ![answer].flat().some((part) => held.has(part as string))))
    localStorage.setItem(`formloom:${this.data.draft}`, JSON.stringify({ answers, at: Date.now() }))
    await this.queue.remove(one.key)
    location.assign(this.path)
  }
}

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{"texts":{}}') as PageData
if (data.path !== '' && 'indexedDB' in window) new Offline(document.getElementById('form') as HTMLFormElement | null, data)
