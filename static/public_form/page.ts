/**
 * What the server hands to the script, and the questions as they stand in the page. The page is complete without us:
 * every element here was drawn by the server, and names of inputs are ids of fields.
 */
import type { Condition } from '@/api/types'
import type { Kind } from '@/shared/conditions'
import type { LiveFormula, Suggestion } from '@/shared/formula/live'
import type { Rule } from '@/shared/rules'

export interface FieldData {
  id: string
  kind: Kind | null
  /** What the columns of a sub-form hold. */
  columns?: readonly { id: string; kind: Kind | null }[]
  control: string
  /** How the answer is found among the inputs: the text of one, the one or all that are ticked, what stands in each. */
  reading: 'text' | 'one' | 'several' | 'list' | 'rows'
  required?: boolean
  opens_section?: boolean
  opens_page?: boolean
  limits_options?: 'each' | 'first' | null
  /** The options, where rules may offer only some of them. */
  options?: { value: string; when?: Condition }[]
  /** How an answer is asked for. */
  must?: string
  /** The distance from UTC in which a date and time is typed. */
  zone?: string
  region?: string
  min_length?: number
  max_length?: number
  min?: number | string
  max?: number | string
  step?: number
  /** How many places a ranking gives out. */
  places?: number
  decimals?: number
  min_items?: number
  max_items?: number
  max_size_mb?: number
  extensions?: string[]
}
export interface RowsData {
  id: string
  columns: FieldData[]
  /** What is computed in each row. */
  formulas: LiveFormula[]
  totals: Record<string, 'sum' | 'avg' | 'min' | 'max' | 'count'>
  most: number
  least: number
}
export interface Task {
  parameters: { algorithm: string; cost: number; keyLength: number; keyPrefix: string; nonce: string; salt: string }
  signature: string
}
export interface PageData {
  texts: Record<string, string>
  messages: Record<string, string>
  fields: FieldData[]
  rules: Rule[]
  /** What is computed while somebody types, in the order of its needs; `formulas.ts` does it. */
  formulas?: LiveFormula[]
  suggestions?: Suggestion[]
  /** What is known of each sub-form; `rows.ts` draws and counts its rows. */
  rows?: RowsData[]
  /** There are rules that lock, set or limit options, which `effects.ts` does; `start` is what locked fields keep. */
  effects?: { start: Answers }
  /** What must be true when it is sent, as far as the page can judge. */
  checks?: { when: Condition; message: string; fields: string[] }[]
  /** What is said of answers that people write themselves beside the options; `own.ts` asks for them. */
  own?: { missing: string; too_long: string }
  /** Texts of questions with answers in them; `pipes.ts` keeps them up to date. */
  pipes?: { id: string; part: 'label' | 'help' | 'text' | 'must'; text: string }[]
  /** Fields that other forms fill in, and by which answers; `linkage.ts` asks for them. */
  filled_for_you?: string
  find_failed?: string
  linkage?: { id: string; keys: string[] }[]
  /** Questions whose answers are records that are found by words; `choosing.ts` looks for them. */
  choosing?: { id: string; keys: string[]; many: boolean }[]
  /** The installation's time zone, whose days the rules mean. */
  zone?: string
  /** The form's path; empty in a preview. */
  path: string
  draft: string
  /** What is added to the addresses of the next page: who holds this one. */
  carried?: string
  /** Nothing was typed yet when the server drew the page. */
  /** Fields that the address or a personal link filled in: an older draft doesn't replace that. */
  given?: string[]
  fresh: boolean
  /** The browser sends the form itself: a record is changed, which is nothing to keep on the device or to send again. */
  native?: boolean
  proof: Task | null
}
export type Answers = Record<string, unknown>

const UPLOADS = new Set(['file', 'image', 'signature'])

/** Fill `{name}` in a text. */
export function fill(text: string | undefined, params: Record<string, unknown> = {}): string {
  return (text ?? '').replace(/\{(\w+)\}/g, (whole, name: string) => (name in params ? String(params[name]) : whole))
}

export function isUpload(field: FieldData): boolean {
  return UPLOADS.has(field.control)
}

/** The inputs of a field, those for choosing files left out. */
export function inputsOf(form: Element, id: string): HTMLInputElement[] {
  return named(form, id).filter((input) => input.name === id && input.type !== 'file')
}

/**
 * What has a name in the box of a field, since a whole form may be long. One selector for all of them: browsers keep
 * what they made of a few hundred, and reading a long form asks for each field at every key.
 */
function named(form: Element, id: string): HTMLInputElement[] {
  return [...(boxOf(form, id.split('.')[0] ?? id) ?? form).querySelectorAll<HTMLInputElement>('[name]')]
}

/** The box around a question of a form, or of one row of a sub-form. They are looked up once: none comes or goes. */
export function boxOf(form: Element, id: string): HTMLElement | null {
  let boxes = known.get(form)
  if (!boxes) {
    known.set(form, (boxes = new Map()))
    for (const box of form.querySelectorAll<HTMLElement>('[data-field]')) if (!boxes.has(box.dataset.field ?? '')) boxes.set(box.dataset.field ?? '', box)
  }
  return boxes.get(id) ?? null
}
const known = new WeakMap<Element, Map<string, HTMLElement>>()

/** A field's answer as the API takes it; nothing is null. */
export function answerOf(form: Element, field: FieldData, data?: PageData): unknown {
  if (field.reading === 'rows') return rowsOf(form, data?.rows?.find((one) => one.id === field.id))
  const inputs = inputsOf(form, field.id)
  const parts = partsOf(form, field.id)
  if (field.reading === 'several') return [...inputs.filter((input) => input.checked).map((input) => input.value), ...(parts ? [parts] : [])]
  if (parts || !inputs.length) return parts
  if (field.control === 'cascade') return inputs[0]?.value ? JSON.parse(inputs[0].value) : null
  const texts = inputs.map((input) => input.value)
  switch (field.reading) {
    case 'one':
      return inputs.find((input) => input.checked)?.value ?? null
    case 'list':
      // Places that are left empty count in a length of time; in a ranking the next one moves up.
      return field.kind === 'choices' ? texts.filter(Boolean) : texts.some(Boolean) ? texts : null
    default:
      return texts[0] || null
  }
}

/** The rows of a sub-form, whose inputs are called `field.number.column`. */
function rowsOf(form: Element, rows: RowsData | undefined): unknown {
  if (!rows) return null
  const lines = [...form.querySelectorAll<HTMLElement>(`[data-rows="${rows.id}"] [data-row]`)]
  return lines.map((line) => Object.fromEntries(rows.columns.filter((one) => one.control !== 'formula').map((one) => [one.id, answerOf(line, { ...one, id: `${rows.id}.${line.dataset.row}.${one.id}` })])))
}

export function answersOf(form: Element, data: PageData): Answers {
  return Object.fromEntries(data.fields.filter((field) => field.kind !== null).map((field) => [field.id, answerOf(form, field, data)]))
}

function partInputs(form: Element, id: string): HTMLInputElement[] {
  return named(form, id).filter((input) => input.name.startsWith(`${id}.`))
}

/** An answer of several inputs, called `field.part` or `field.part.inner`, as one object; null while all are empty. */
function partsOf(form: Element, id: string): Record<string, unknown> | null {
  const found: Record<string, unknown> = {}
  for (const input of partInputs(form, id)) {
    const isTick = input.type === 'radio' || input.type === 'checkbox'
    if (isTick ? !input.checked : !input.value.trim()) continue
    const [, part = '', inner] = input.name.split('.')
    if (inner) found[part] = { ...(found[part] as object), [inner]: input.value }
    else if (input.type === 'checkbox') found[part] = [...((found[part] as string[] | undefined) ?? []), input.value]
    else found[part] = input.value
  }
  return Object.keys(found).length ? found : null
}

/** Put parts back, from the first on: what one of them is decides what the next may be, and which element it is. */
function putParts(form: Element, id: string, answer: Record<string, unknown>): void {
  for (const name of new Set(partInputs(form, id).map((input) => input.name))) {
    const [, part = '', inner] = name.split('.')
    const value = inner ? (answer[part] as Record<string, unknown> | undefined)?.[inner] : answer[part]
    for (const input of inputsOf(form, name)) putPart(input, value)
  }
}

function putPart(input: HTMLInputElement, value: unknown): void {
  if (input.type === 'radio' || input.type === 'checkbox') input.checked = [value].flat().includes(input.value)
  else {
    input.value = String(value ?? '')
    input.dataset.wanted = String(value ?? '')
    input.dispatchEvent(new Event('change', { bubbles: true }))
  }
}

/** Answers as conditions compare them: a date and time gets the zone in which the server reads it. */
export function comparable(fields: readonly FieldData[], answers: Answers): Answers {
  const found = { ...answers }
  for (const field of fields) {
    const typed = found[field.id]
    // The box of a consent sends which text stands beside it; to conditions it is ticked or not.
    if (field.control === 'consent') found[field.id] = Boolean(typed)
    if (field.control === 'datetime' && typeof typed === 'string') found[field.id] = `${typed}${typed.length === 16 ? ':00' : ''}${field.zone ?? ''}`
  }
  return found
}

/** Put an answer back into the page. */
export function putAnswer(form: Element, field: FieldData, answer: unknown): void {
  if (field.reading === 'rows') return void form.querySelector(`[data-rows="${field.id}"]`)?.dispatchEvent(new CustomEvent('put', { detail: answer }))
  boxOf(form, field.id)?.querySelector('[data-find], [data-own]')?.dispatchEvent(new CustomEvent('put', { detail: answer }))
  const inputs = inputsOf(form, field.id)
  if (isUpload(field) || field.control === 'hidden' || inputs.some((input) => input.readOnly)) return
  const given = [answer].flat().map((one) => String(one ?? ''))
  if (field.reading === 'list') inputs.forEach((input, place) => (input.value = given[place] ?? ''))
  else if (answer && typeof answer === 'object' && !Array.isArray(answer)) putParts(form, field.id, answer as Record<string, unknown>)
  else if (inputs[0] && field.control === 'cascade') {
    inputs[0].value = Array.isArray(answer) ? JSON.stringify(answer) : ''
    inputs[0].dispatchEvent(new Event('change', { bubbles: true }))
  } else if (field.reading !== 'text') inputs.forEach((input) => (input.checked = given.includes(input.value)))
  else if (inputs[0] && (typeof answer === 'string' || answer === null)) inputs[0].value = answer ?? ''
}

export function icon(name: string): SVGSVGElement {
  const made = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  made.setAttribute('class', 'ic')
  made.setAttribute('aria-hidden', 'true')
  const use = document.createElementNS('http://www.w3.org/2000/svg', 'use')
  use.setAttribute('href', `#${name}`)
  made.append(use)
  return made
}

export function element<K extends keyof HTMLElementTagNameMap>(tag: K, attributes: Record<string, string> = {}, ...inside: (Node | string)[]): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...inside)
  return made
}
