/**
 * Answers that other forms give: asked for when somebody has answered what they are found by, and put into fields that
 * nobody touched. Only forms with such fields load this file. Where it can't ask, the server fills them in when the
 * page is sent.
 */
import { isEmpty } from './checks'
import { answerOf, boxOf, element, putAnswer, type Answers, type PageData } from './page'

const form = document.getElementById('form') as HTMLFormElement | null
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const linkage = data.linkage ?? []
const keys = [...new Set(linkage.flatMap((one) => one.keys))]
const touched = new Set<string>()
const put = new Map<string, string>()
let isPutting = false
let asked = ''
let round = 0

form?.addEventListener('input', (event) => {
  const id = idOf(event)
  if (id && !isPutting) touched.add(id)
})
form?.addEventListener('reset', () => {
  touched.clear()
  asked = ''
})
form?.addEventListener('change', (event) => keys.includes(idOf(event) ?? '') && void ask())
// A page that comes with answers, and a draft that is put back, are asked about without anybody leaving an input.
form?.addEventListener('answers', () => asked === '' && document.activeElement?.closest('form') !== form && void ask())

function idOf(event: Event): string | null {
  return (event.target as Element | null)?.closest?.('[data-field]')?.getAttribute('data-field') ?? null
}

function answers(): Answers {
  return Object.fromEntries(data.fields.filter((field) => keys.includes(field.id)).map((field) => [field.id, form ? answerOf(form, field, data) : null]))
}

async function ask(): Promise<void> {
  const values = answers()
  const question = JSON.stringify(values)
  if (!form || !data.path || question === asked || !linkage.some((one) => one.keys.every((key) => !isEmpty(values[key])))) return
  asked = question
  const mine = ++round
  const token = (form.elements.namedItem('_token') as HTMLInputElement | null)?.value ?? ''
  const answer = await fetch(`${data.path}/defaults?locale=${document.documentElement.lang}${data.carried ?? ''}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
    body: JSON.stringify({ form_token: token, values }),
    credentials: 'same-origin',
  }).catch(() => null)
  if (!answer?.ok || mine !== round) return
  const found = (await answer.json()) as { values: Answers }
  for (const { id } of linkage) place(id, found.values[id] ?? null)
}

/** Put an answer where nobody wrote anything; what stands there is empty or was put there before. */
function place(id: string, value: unknown): void {
  const field = data.fields.find((one) => one.id === id)
  if (!form || !field || touched.has(id)) return
  const now = answerOf(form, field, data)
  if (!isEmpty(now) && put.get(id) !== JSON.stringify(now)) return
  if (isEmpty(now) && value === null) return
  putAnswer(form, field, value)
  put.set(id, JSON.stringify(answerOf(form, field, data)))
  const box = boxOf(form, id)
  if (box) say(box, id, value !== null)
  isPutting = true
  box?.dispatchEvent(new Event('input', { bubbles: true }))
  isPutting = false
}

function say(box: HTMLElement, id: string, isFilled: boolean): void {
  let hint = box.querySelector<HTMLElement>(`#d-${id}`)
  if (!hint) {
    hint = element('p', { class: 'hint', id: `d-${id}`, role: 'status' })
    const head = box.querySelector('.hints') ?? box.querySelector('legend, label')
    if (head?.classList.contains('hints')) head.append(hint)
    else head?.after(hint)
  }
  hint.textContent = isFilled ? (data.filled_for_you ?? '') : ''
}
