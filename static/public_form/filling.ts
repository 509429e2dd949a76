/** A page that somebody fills in: puts the parts together and decides when to send. */
import { followAddress } from './address'
import { followCascade } from './cascade'
import { faultOf, isEmpty } from './checks'
import { followControls } from './controls'
import { followLength } from './counting'
import { deviceStore, Drafts, type Pending } from './draft'
import { Faults, type Fault } from './faults'
import { followLocation } from './location'
import { clock } from './moments'
import { clearNote, note, noteOffline } from './note'
import { answersOf, boxOf, fill, isUpload, putAnswer, type Answers, type FieldData, type PageData, type Task } from './page'
import { Pages } from './pages'
import { solve } from './proof'
import { send, waitOf, type Problem } from './sending'
import { followSignature, type Pad } from './signature'
import { Showing } from './showing'
import { Uploads } from './uploads'

const KEEP_MS = 400
const AGAIN_MS = 15_000

/** Leave for the receipt when what stands here was sent before. */
function wasSent(): boolean {
  const sent = (window.history.state as { sent?: string } | null)?.sent
  if (sent) window.location.replace(sent)
  return Boolean(sent)
}

export class Filling {
  private readonly showing: Showing
  private readonly faults: Faults
  private readonly uploads: Uploads
  private readonly drafts: Drafts
  private readonly pages: Pages
  private readonly pads: Pad[]
  private readonly button = document.getElementById('send') as HTMLButtonElement
  private readonly status = document.getElementById('status') as HTMLElement
  private solution: Promise<string | null> | null = null
  private openedAt = Date.now()
  private isSending = false
  private timer = 0
  private keptWords = ''
  private retry = 0

  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
  ) {
    this.showing = new Showing(form, data)
    this.faults = new Faults(form, data)
    this.drafts = new Drafts(`formloom:${data.draft}`, data.path && !data.native ? deviceStore() : null)
    this.uploads = new Uploads(form, data, () => this.changed(), (id, message) => this.faults.show(id, message))
    data.fields.forEach((field) => followLength(form, field, data))
    followControls(form, data)
    form.querySelectorAll<HTMLElement>('[data-cascade]').forEach(followCascade)
    form.querySelectorAll<HTMLElement>('[data-address]').forEach((box) => followAddress(box, data.texts.province))
    form.querySelectorAll<HTMLElement>('[data-location]').forEach((box) => followLocation(box, data.texts))
    this.pads = this.signed()
    this.pages = new Pages(form, data, this.button, (fields) => this.judge(fields))
    form.addEventListener('input', (event) => this.typed(event))
    form.addEventListener('focusout', (event) => this.left(event))
    form.addEventListener('focusin', () => this.prove(), { once: true })
    form.addEventListener('submit', (event) => this.submit(event))
    form.addEventListener('ask', (event) => this.asked(event as CustomEvent<string>))
    this.obey()
    if (data.path) this.begin()
  }

  /** Let the rules judge the answers. Where they change one, its question hears of it as if it had been typed. */
  private obey(): void {
    const changed = this.showing.update(this.answers())
    this.pages.update()
    for (const { id } of changed) boxOf(this.form, id)?.dispatchEvent(new Event('input', { bubbles: true }))
  }

  private begin(): void {
    window.addEventListener('offline', () => noteOffline(this.data.texts.offline_typing ?? ''))
    window.addEventListener('online', () => (this.retry ? this.resend() : clearNote()))
    window.addEventListener('pagehide', () => this.timer && this.keep())
    window.addEventListener('pageshow', (event) => event.persisted && (wasSent() || this.release()))
    if (wasSent()) return
    const draft = this.data.fresh ? this.drafts.read() : null
    if (!draft) return
    for (const field of this.data.fields) if (field.id in draft.answers && !this.data.given?.includes(field.id)) putAnswer(this.form, field, draft.answers[field.id])
    this.form.dispatchEvent(new Event('input', { bubbles: true }))
    this.obey()
    this.keptWords = JSON.stringify(this.draftable())
    if (draft.pending) void this.deliver(draft.answers, draft.pending)
    else note(this.data.texts.restored ?? '', { label: this.data.texts.clear ?? '', run: () => this.forget() })
  }

  private answers(): Answers {
    return answersOf(this.form, this.data)
  }

  private typed(event: Event): void {
    this.changed()
    const id = (event.target as Element | null)?.closest?.('[data-field]')?.getAttribute('data-field')
    const field = this.data.fields.find((one) => one.id === id)
    if (field && this.faults.has(field.id)) this.faults.show(field.id, this.faultNow(field))
  }

  private changed(): void {
    this.obey()
    if (!this.data.path) return
    window.clearTimeout(this.timer)
    this.timer = window.setTimeout(() => this.keep(), KEEP_MS)
  }

  private keep(): void {
    window.clearTimeout(this.timer)
    this.timer = 0
    const answers = this.draftable()
    const words = JSON.stringify(answers)
    if (words === this.keptWords) return // what was restored is kept already: its note stays
    this.keptWords = words
    const kept = this.drafts.keep(answers)
    if (kept && navigator.onLine) note(fill(this.data.texts.saved, { time: clock(new Date()) }))
  }

  private draftable(): Answers {
    const uploads = new Set(this.data.fields.filter((field) => isUpload(field) || field.control === 'hidden').map((field) => field.id))
    return Object.fromEntries(Object.entries(this.answers()).filter(([id, answer]) => !uploads.has(id) && !isEmpty(answer)))
  }

  private forget(): void {
    this.drafts.clear()
    this.keptWords = ''
    window.clearTimeout(this.timer)
    this.timer = 0
    this.form.reset()
    this.form.dispatchEvent(new Event('input', { bubbles: true }))
    window.clearTimeout(this.timer)
    this.timer = 0
    clearNote()
  }

  /** Judge a question once it is left; an empty one only if it had been answered before. */
  private left(event: FocusEvent): void {
    const box = (event.target as Element).closest<HTMLElement>('[data-field]')
    const field = this.data.fields.find((one) => one.id === box?.dataset.field)
    if (!field || field.kind === null || isUpload(field) || box?.contains(event.relatedTarget as Node | null)) return
    const message = faultOf(field, this.answers()[field.id], this.data.messages)
    if (message || this.faults.has(field.id)) this.faults.show(field.id, message)
  }

  /** Somebody is about to leave one question: show what does not fit beneath it, and keep him there. */
  private asked(event: CustomEvent<string>): void {
    const field = this.data.fields.find((one) => one.id === event.detail)
    if (!field || field.kind === null) return
    const message = this.faultNow(field)
    this.faults.show(field.id, message)
    if (message) event.preventDefault()
  }

  private faultNow(field: FieldData): string {
    const answer = this.answers()[field.id]
    if (!this.showing.seen.visible.has(field.id)) return ''
    if (isEmpty(answer)) return this.showing.seen.required.has(field.id) ? (field.must ?? '') : ''
    return faultOf(field, answer, this.data.messages) || (boxOf(this.form, field.id)?.dataset.fault ?? '') // which other scripts find
  }

  private prove(): void {
    if (this.data.proof && !this.solution) this.solution = solve(this.data.proof).catch(() => null)
  }

  private submit(event: SubmitEvent): void {
    const name = (event.submitter as HTMLButtonElement | null)?.name
    if (name === '_lang') this.drafts.clear()
    if (name) return
    event.preventDefault()
    if (!this.pages.isLast) return this.pages.forward()
    if (this.isSending || !this.data.path) return
    if (this.uploads.isBusy || this.pads.some((pad) => pad.isPending)) return void (this.status.textContent = this.data.texts.uploading ?? '')
    if (!this.judge(this.data.fields)) return
    if (this.data.native) HTMLFormElement.prototype.submit.call(this.form)
    else void this.deliver(this.answers(), null)
  }

  /** Show what doesn't fit in these fields; tell whether all of them do. */
  private judge(fields: FieldData[]): boolean {
    const faults: Fault[] = fields.flatMap((field) => {
      const message = field.kind === null ? '' : this.faultNow(field)
      return message ? [{ field: field.id, message }] : []
    })
    if (!faults.length && fields === this.data.fields) faults.push(...this.showing.broken(this.answers()))
    this.summarise(faults)
    return !faults.length
  }

  private summarise(faults: Fault[]): void {
    const first = faults.find((fault) => fault.field)
    if (first) boxOf(this.form, first.field)?.dispatchEvent(new Event('reveal', { bubbles: true }))
    this.faults.summarise(faults)
  }

  private signed(): Pad[] {
    return this.data.fields.flatMap((field) => {
      const box = field.control === 'signature' ? boxOf(this.form, field.id)?.querySelector<HTMLElement>('[data-sign]') : null
      return box ? [followSignature(box, field, this.data.texts, (about, file) => this.uploads.replace(about, file))] : []
    })
  }

  private async deliver(answers: Answers, pending: Pending | null): Promise<void> {
    this.isSending = true
    this.button.setAttribute('aria-disabled', 'true')
    this.status.textContent = this.data.texts.sending ?? ''
    this.prove()
    const solution = pending ? pending.solution : await this.solution
    const token = pending?.token ?? this.input('_token')
    if (!pending) await new Promise((resolve) => window.setTimeout(resolve, waitOf(this.openedAt, Date.now())))
    this.drafts.keep(this.draftable(), { token, solution: solution ?? null })
    const visible = this.showing.visibleOf(answers)
    // What a device keeps (a file without a net) can't be sent from here.
    const isHeld = JSON.stringify(visible).includes('"held-')
    const outcome = isHeld ? ({ kind: 'unreachable' } as const) : await send(this.data.path, document.documentElement.lang, { answers: visible, token, solution: solution ?? null, ref: this.input('_ref'), draft: this.input('_draft'), trap: this.input('Website'), carried: this.data.carried })
    if (outcome.kind === 'stored') return this.leave(outcome.url)
    if (outcome.kind === 'unreachable') return this.wait(answers, { token, solution: solution ?? null })
    await this.refused(outcome.problem, answers)
  }

  private leave(url: string): void {
    window.clearTimeout(this.timer)
    this.timer = 0
    this.drafts.clear()
    // Whoever comes back finds the receipt, not the same answers to send once more; a change may follow a change.
    if (!this.input('_rev')) window.history.replaceState({ sent: url }, '')
    window.location.assign(url)
  }

  /** No answer came: keep everything and send it again when the network is back. */
  private async wait(answers: Answers, pending: Pending): Promise<void> {
    const asked: { answers: Answers; taken?: Promise<boolean> } = { answers: this.showing.visibleOf(answers) }
    this.form.dispatchEvent(new CustomEvent('unreachable', { detail: asked }))
    if (await asked.taken) {
      this.forget()
      return this.release()
    }
    this.status.textContent = ''
    noteOffline(this.data.texts.offline ?? '')
    window.clearTimeout(this.retry)
    this.waiting = () => void this.deliver(answers, pending)
    this.retry = window.setTimeout(() => this.resend(), AGAIN_MS)
  }
  private waiting: () => void = () => undefined

  private resend(): void {
    window.clearTimeout(this.retry)
    this.retry = 0
    clearNote()
    this.waiting()
  }

  private async refused(problem: Problem, answers: Answers): Promise<void> {
    this.drafts.keep(this.draftable())
    if (['form_token', 'proof_of_work', 'too_fast'].includes(problem.code) && (await this.renew())) return this.deliver(answers, null)
    this.release()
    if ((problem.status === 403 && problem.code !== 'device_unknown') || problem.status === 404) return window.location.reload()
    const faults = problem.errors.map(({ field, code, message }) => {
      // `items/2/price` is the cell `items.2.price`
      const place = field?.replaceAll('/', '.') ?? ''
      const found = boxOf(this.form, place) ? place : boxOf(this.form, place.split('.')[0] ?? '') ? (place.split('.')[0] ?? '') : ''
      const must = this.data.fields.find((one) => one.id === found)?.must
      return { field: found, message: code === 'required' && must ? must : message }
    })
    this.summarise(faults.length ? faults : [{ field: '', message: problem.detail || (this.data.texts.failed ?? '') }])
  }

  /** Fetch a fresh token and task, once: the page was open for too long. */
  private async renew(): Promise<boolean> {
    if (this.hasRenewed) return false
    this.hasRenewed = true
    try {
      const answer = await fetch(window.location.href, { headers: { Accept: 'text/html' }, credentials: 'same-origin' })
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html')
      const token = fresh.querySelector<HTMLInputElement>('[name=_token]')?.value
      const found = JSON.parse(fresh.getElementById('data')?.textContent ?? '{}') as { proof?: Task | null }
      if (!token) return false
      ;(this.form.elements.namedItem('_token') as HTMLInputElement).value = token
      this.data.proof = found.proof ?? null
      this.solution = null
      this.openedAt = Date.now()
      return true
    } catch {
      return false
    }
  }
  private hasRenewed = false

  private release(): void {
    this.isSending = false
    this.button.removeAttribute('aria-disabled')
    this.status.textContent = ''
  }

  private input(name: string): string {
    return (this.form.elements.namedItem(name) as HTMLInputElement | null)?.value ?? ''
  }
}
