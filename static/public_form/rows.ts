/**
 * Rows of sub-forms: added and taken away in the page, drafts put back, cells judged as they are left, totals below.
 * Only forms that have some load this file, before the page's own script, which reads the rows by itself.
 */
import { faultOf } from './checks'
import { Faults } from './faults'
import { answerOf, fill, isUpload, putAnswer, type Answers, type FieldData, type PageData, type RowsData } from './page'

const form = document.getElementById('form') as HTMLFormElement
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const faults = new Faults(form, data)

class Rows {
  private readonly box: HTMLElement
  private readonly body: HTMLElement
  private readonly adder: HTMLButtonElement | null

  constructor(private readonly rows: RowsData) {
    this.box = form.querySelector<HTMLElement>(`[data-rows="${rows.id}"]`) as HTMLElement
    this.body = this.box.querySelector('tbody') as HTMLElement
    this.adder = this.box.querySelector('.add-row')
    this.box.addEventListener('click', (event) => this.clicked(event))
    this.box.addEventListener('put', (event) => this.put((event as CustomEvent<unknown>).detail))
    this.box.addEventListener('focusout', (event) => this.left(event))
    this.box.addEventListener('keydown', (event) => this.key(event))
    form.addEventListener('answers', (event) => this.reckon((event as CustomEvent<Answers>).detail))
    this.number()
  }

  private get lines(): HTMLElement[] {
    return [...this.body.querySelectorAll<HTMLElement>('[data-row]')]
  }

  private clicked(event: Event): void {
    const button = (event.target as Element).closest<HTMLButtonElement>('button[name="_rows"]')
    if (!button) return
    event.preventDefault()
    if (button === this.adder) this.add()?.querySelector<HTMLElement>('input, select, textarea')?.focus()
    else this.remove(button.closest<HTMLElement>('[data-row]') as HTMLElement)
    this.changed()
  }

  /** Enter goes to the cell below, and adds a row after the last one, as in a spreadsheet. */
  private key(event: KeyboardEvent): void {
    const input = event.target as HTMLInputElement
    if (event.key !== 'Enter' || event.isComposing || input.tagName !== 'INPUT') return
    event.preventDefault()
    const line = input.closest<HTMLElement>('[data-row]')
    const column = input.name.split('.').slice(2).join('.')
    let below = line?.nextElementSibling as HTMLElement | null | undefined
    if (!below) {
      below = this.add()
      this.changed()
    }
    below?.querySelector<HTMLElement>(`[name$=".${column}"]`)?.focus()
  }

  private add(): HTMLElement | null {
    const template = this.box.querySelector('template')
    if (!template || this.lines.length >= this.rows.most) return null
    this.body.append(template.content.cloneNode(true))
    this.number()
    return this.lines.at(-1) ?? null
  }

  private remove(line: HTMLElement): void {
    const beside = (line.nextElementSibling ?? line.previousElementSibling)?.querySelector<HTMLElement>('input, select, textarea') ?? this.adder
    line.remove()
    this.number()
    beside?.focus()
  }

  /** Call rows by their place again: names and ids of everything inside say which row it is. */
  private number(): void {
    const named = new RegExp(`(^|[-\\s#])${this.rows.id}\\.(?:\\d+|__)\\.`, 'g')
    this.lines.forEach((line, place) => {
      if (line.dataset.row === String(place)) return
      line.dataset.row = String(place)
      for (const part of line.querySelectorAll('*'))
        for (const name of ['id', 'name', 'for', 'data-field', 'aria-describedby']) {
          const told = part.getAttribute(name)
          if (told) part.setAttribute(name, told.replace(named, `$1${this.rows.id}.${place}.`))
        }
      const title = fill(data.texts.row_title, { n: place + 1 })
      const head = line.querySelector('.row-no span')
      if (head) head.textContent = title
      const button = line.querySelector('.row-x')
      button?.setAttribute('value', `${this.rows.id}-${place}`)
      button?.setAttribute('aria-label', fill(data.texts.remove_row, { n: place + 1 }))
    })
    if (this.adder) this.adder.hidden = this.lines.length >= this.rows.most
  }

  private put(answer: unknown): void {
    const rows = Array.isArray(answer) ? (answer as Answers[]) : []
    while (this.lines.length < rows.length && this.add());
    while (this.lines.length > Math.max(rows.length, this.rows.least, 1)) this.lines.at(-1)?.remove()
    this.lines.forEach((line, place) => {
      for (const column of this.rows.columns) if (column.control !== 'formula') putAnswer(line, this.cell(column, line), rows[place]?.[column.id] ?? null)
    })
  }

  private cell(column: FieldData, line: HTMLElement): FieldData {
    return { ...column, id: `${this.rows.id}.${line.dataset.row}.${column.id}` }
  }

  private left(event: FocusEvent): void {
    const line = (event.target as Element).closest<HTMLElement>('[data-row]')
    const box = (event.target as Element).closest<HTMLElement>('[data-field]')
    const column = this.rows.columns.find((one) => box?.dataset.field?.endsWith(`.${one.id}`))
    if (!line || !column || isUpload(column) || box?.contains(event.relatedTarget as Node | null)) return
    const cell = this.cell(column, line)
    const message = faultOf(column, answerOf(line, cell), data.messages)
    if (message || faults.has(cell.id)) faults.show(cell.id, message)
  }

  /** Show what is computed in each row, which the script of formulas has added to the answers, and the totals. */
  private reckon(answers: Answers): void {
    // Formulas are told of the answers as well, and by then perhaps not yet: what they add is read a moment later.
    queueMicrotask(() => {
      const rows = Array.isArray(answers[this.rows.id]) ? (answers[this.rows.id] as Answers[]) : []
      for (const [name, how] of Object.entries(this.rows.totals)) {
        const output = this.box.querySelector(`[data-total="${name}"]`)
        if (output) output.textContent = totalOf(rows.map((row) => row[name]), how)
      }
    })
  }

  private changed(): void {
    form.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

export function totalOf(values: readonly unknown[], how: RowsData['totals'][string]): string {
  const filled = values.filter((one) => one !== null && one !== undefined && one !== '' && !(Array.isArray(one) && !one.length))
  if (how === 'count') return String(filled.length)
  const numbers = filled.map(Number).filter(Number.isFinite)
  if (!numbers.length) return '—'
  const sum = numbers.reduce((all, one) => all + one, 0)
  const found = { sum, avg: sum / numbers.length, min: Math.min(...numbers), max: Math.max(...numbers) }[how]
  return found.toLocaleString('en', { maximumFractionDigits: 2 })
}

for (const rows of data.rows ?? []) new Rows(rows)
