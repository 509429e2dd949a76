/**
 * Uploads with progress, cancel and retry. Each file goes at once; what stays in the page is its upload id, in the
 * same tick box that the server draws for a file that came without a script.
 */
import { boxOf, element, fill, icon, inputsOf, isUpload, type FieldData, type PageData } from './page'

export class Uploads {
  private running = 0

  constructor(
    private readonly form: HTMLFormElement,
    private readonly data: PageData,
    private readonly changed: () => void,
    private readonly refuse: (field: string, message: string) => void,
  ) {
    const fields = data.fields.filter(isUpload)
    fields.forEach((field) => this.follow(field))
    if (fields.length) document.addEventListener('paste', (event) => this.paste(event, fields))
  }

  get isBusy(): boolean {
    return this.running > 0
  }

  /** Put one file in the place of those that stand there; none takes them away. */
  replace(field: FieldData, file: File | null): void {
    const rows = boxOf(this.form, field.id)?.querySelectorAll<HTMLElement>('.kept li') ?? []
    rows.forEach((row) => (row.querySelector<HTMLElement>('.drop-file') ? row.querySelector<HTMLElement>('.drop-file')?.click() : row.remove()))
    if (file) this.take(field, [file])
    else this.changed()
  }

  private follow(field: FieldData): void {
    const box = boxOf(this.form, field.id)
    const input = box?.querySelector<HTMLInputElement>('[type=file]')
    const drop = box?.querySelector<HTMLElement>('.drop')
    if (!input || !drop) return
    input.addEventListener('change', () => {
      this.take(field, [...(input.files ?? [])])
      input.value = ''
    })
    drop.addEventListener('dragover', (event) => (event.preventDefault(), drop.classList.add('over')))
    for (const name of ['dragleave', 'drop']) drop.addEventListener(name, () => drop.classList.remove('over'))
    drop.addEventListener('drop', (event) => {
      event.preventDefault()
      this.take(field, [...(event.dataTransfer?.files ?? [])])
    })
    this.count(field)
  }

  private paste(event: ClipboardEvent, fields: FieldData[]): void {
    const files = [...(event.clipboardData?.files ?? [])]
    if (!files.length) return
    const here = (event.target as Element | null)?.closest?.('[data-field]')?.getAttribute('data-field')
    const field = fields.find((one) => one.id === here) ?? fields.find((one) => boxOf(this.form, one.id)?.offsetParent)
    if (!field) return
    event.preventDefault()
    this.take(field, files)
  }

  private take(field: FieldData, files: File[]): void {
    this.refuse(field.id, '')
    const { texts } = this.data
    for (const file of files) {
      const kind = file.name.split('.').pop()?.toLowerCase() ?? ''
      if (this.countOf(field) >= (field.max_items ?? 1)) return this.refuse(field.id, fill(texts.too_many_files, { n: field.max_items }))
      if (file.size > (field.max_size_mb ?? 10) * 1_048_576) this.refuse(field.id, fill(texts.file_too_large, { name: file.name, mb: field.max_size_mb }))
      else if (field.extensions?.length && !field.extensions.includes(kind)) this.refuse(field.id, fill(texts.file_kind, { name: file.name }))
      else this.start(field, file)
    }
  }

  private start(field: FieldData, file: File): void {
    const { texts } = this.data
    const row = element('li')
    const name = element('span', { class: 'name' }, file.name)
    const bar = element('progress', { max: '100', value: '0', 'aria-label': file.name })
    const state = element('span', { class: 'num', role: 'status' })
    const stop = button(texts.cancel, 'x', 'drop-file')
    const again = button(texts.retry)
    let request: XMLHttpRequest | null = null

    const remove = () => {
      request?.abort()
      row.remove()
      this.count(field)
      this.changed()
    }
    const fail = (message: string) => {
      this.running -= 1
      request = null
      state.className = 'failed'
      state.textContent = message
      bar.remove()
      again.hidden = false
    }
    const done = (id: string) => {
      this.running -= 1
      request = null
      bar.remove()
      state.className = 'away'
      state.textContent = texts.uploaded ?? ''
      stop.setAttribute('aria-label', `${texts.remove} ${file.name}`)
      row.append(element('input', { type: 'checkbox', name: field.id, value: id, checked: '', hidden: '' }))
      if (/^image\/(png|jpe?g|gif|webp)$/.test(file.type)) {
        const shown = element('img', { alt: file.name, src: URL.createObjectURL(file) })
        row.replaceChildren(shown, state, stop, ...row.querySelectorAll('input'))
      }
      this.changed()
    }
    const send = () => {
      this.running += 1
      again.hidden = true
      state.className = 'num'
      state.textContent = '0%'
      if (!bar.isConnected) name.after(bar)
      request = this.request(field, file, (percent) => {
        bar.value = percent
        state.textContent = `${percent}%`
      }, done, fail)
    }
    stop.addEventListener('click', () => {
      if (request) this.running -= 1
      remove()
    })
    again.addEventListener('click', send)
    row.append(icon('file'), name, bar, state, again, stop)
    boxOf(this.form, field.id)?.querySelector('.kept')?.append(row)
    this.count(field)
    send()
  }

  private request(field: FieldData, file: File, progress: (percent: number) => void, done: (id: string) => void, fail: (message: string) => void): XMLHttpRequest {
    const request = new XMLHttpRequest()
    const body = new FormData()
    body.append('_token', (this.form.elements.namedItem('_token') as HTMLInputElement).value)
    body.append('field', field.id)
    body.append('file', file)
    request.open('POST', `${this.data.path}/files?locale=${document.documentElement.lang}`)
    request.setRequestHeader('Accept', 'application/json')
    request.upload.addEventListener('progress', (event) => event.lengthComputable && progress(Math.round((event.loaded / event.total) * 100)))
    request.addEventListener('error', () => {
      const isLost = this.form.dispatchEvent(new CustomEvent('unsent', { detail: { field: field.id, file, done }, cancelable: true }))
      if (isLost) fail(this.data.texts.upload_failed ?? '')
    })
    request.addEventListener('load', () => {
      const answer = parse(request.responseText)
      if (request.status === 201 && answer.id) done(answer.id)
      else fail(answer.errors?.[0]?.message || answer.detail || (this.data.texts.upload_failed ?? ''))
    })
    request.send(body)
    return request
  }

  private countOf(field: FieldData): number {
    const ticked = inputsOf(this.form, field.id).filter((input) => input.checked).length
    return ticked + (boxOf(this.form, field.id)?.querySelectorAll('.kept li:not(:has(input))').length ?? 0)
  }

  private count(field: FieldData): void {
    boxOf(this.form, field.id)?.querySelector('.drop')?.classList.toggle('full', this.countOf(field) >= (field.max_items ?? 1))
  }
}

interface Answer {
  id?: string
  detail?: string
  errors?: { message: string }[]
}

function parse(text: string): Answer {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return {}
  }
}

function button(words: string | undefined, symbol?: string, kind = ''): HTMLButtonElement {
  const made = element('button', { type: 'button', class: kind }, symbol ? icon(symbol) : (words ?? ''))
  if (symbol) made.setAttribute('aria-label', words ?? '')
  else made.hidden = true
  return made
}
