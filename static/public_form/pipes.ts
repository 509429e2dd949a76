/**
 * Answers in the texts of later questions, kept up to date while somebody answers. Only forms with such texts load this
 * file; the server drew them with what it knew, and draws them again in its own words when the page comes back.
 */
import { MARK } from '@/shared/conditions'
import { boxOf, inputsOf, type FieldData, type PageData } from './page'
import type { Judged } from './showing'

const PLACE = /\{([a-z][a-z0-9_]{0,39})\}/g
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const form = document.getElementById('form') as HTMLFormElement | null
const isEnglish = document.documentElement.lang === 'en'
const known = new Map((data.fields ?? []).map((field) => [field.id, field]))
const joined = isEnglish ? ', ' : '、'
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

form?.addEventListener('judged', (event) => {
  const { seen, fields } = (event as CustomEvent<Judged>).detail
  for (const { id, part, text } of data.pipes ?? []) {
    const said = text.replace(PLACE, (whole, name: string) => {
      const quoted = known.get(name)
      return quoted ? (seen.visible.has(name) ? answered(form, quoted) : '') : whole
    })
    const field = fields.find((one) => one.id === id)
    if (part === 'must' && field) field.must = said
    else write(form, id, part, said)
  }
})

/** An answer as people read it: the words of what is chosen, else what was typed. */
function answered(form: HTMLFormElement, field: FieldData): string {
  const inputs = inputsOf(form, field.id)
  const words = inputs.flatMap((input) => {
    if (input.value.startsWith(MARK)) return input instanceof HTMLSelectElement || input.checked ? [input.value.slice(MARK.length)] : []
    if (input instanceof HTMLSelectElement) return [...input.selectedOptions].filter((one) => one.value).map((one) => one.textContent ?? '')
    if (input.type === 'radio' || input.type === 'checkbox') return input.checked ? [input.closest('label')?.textContent ?? input.value] : []
    return input.value ? [input.type === 'date' ? dayOf(input.value) : input.value] : []
  })
  return words.map((one) => one.trim()).join(joined)
}

function dayOf(value: string): string {
  const [year = 0, month = 1, day = 1] = value.split('-').map(Number)
  return isEnglish ? `${day} ${MONTHS[month - 1] ?? ''} ${year}` : `${year}年${month}月${day}日`
}

function write(form: HTMLFormElement, id: string, part: string, said: string): void {
  const box = boxOf(form, id)
  const place = part === 'help' ? box?.querySelector(`#h-${id}`) ?? box?.querySelector('.hint') : box?.querySelector(part === 'text' ? ':scope > span' : 'label, legend, h2, b')
  const text = [...(place?.childNodes ?? [])].find((node) => node.nodeType === Node.TEXT_NODE)
  if (!text) place?.prepend(said)
  else if (text.nodeValue !== said) text.nodeValue = said
}
