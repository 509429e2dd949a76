/**
 * Computes a form's computed fields while somebody answers, and suggests what defaults by formula give. Only forms
 * that have some load this file, before the page's own script, which tells of every change of the answers and takes
 * what is added to them into its rules.
 */
import { following, shownAs } from '@/shared/formula/live'
import type { Setting } from '@/shared/formula/values'
import { isEmpty } from './checks'
import { comparable, putAnswer, type Answers, type FieldData, type PageData } from './page'

const EMPTY = '—'
const form = document.getElementById('form') as HTMLFormElement | null
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const [formulas, suggestions] = [data.formulas ?? [], data.suggestions ?? []]
const locale = document.documentElement.lang
const kindsOf = (fields: readonly FieldData[]) => Object.fromEntries(fields.map(({ id, kind }) => [id, kind]))
const rows = data.rows ?? []
const follow = following(formulas, suggestions, kindsOf(data.fields), Object.fromEntries(rows.map((one) => [one.id, { formulas: one.formulas, kinds: kindsOf(one.columns) }])))
/** Where somebody wrote something, and what was suggested last. */
const touched = new Set<string>()
const suggested = new Map<string, string>()

form?.addEventListener('input', (event) => {
  const id = (event.target as Element).closest('[data-field]')?.getAttribute('data-field')
  if (id) touched.add(id)
})
form?.addEventListener('reset', () => touched.clear())
form?.addEventListener('answers', (event) => {
  const answers = (event as CustomEvent<Answers>).detail
  const setting: Setting = { now: Date.now(), zone: data.zone ?? 'UTC', locale, user: '', record: null, names: {} }
  Object.assign(answers, follow(comparable(data.fields, answers), setting, isFree, put))
  for (const formula of formulas) write(formula.id, shownAs(formula, answers[formula.id], locale) || EMPTY)
  for (const { id, formulas: inRows } of rows) {
    const lines = (answers[id] ?? []) as Answers[]
    lines.forEach((line, at) => inRows.forEach((formula) => write(`${id}.${at}.${formula.id}`, shownAs(formula, line[formula.id], locale) || EMPTY)))
  }
})

/** Whether nobody wrote anything there: what stands there was suggested, perhaps by the server when it drew the page. */
function isFree(id: string, answer: unknown, found: unknown): boolean {
  if (touched.has(id)) return false
  if (!suggested.has(id) && String(found) === String(answer)) suggested.set(id, String(found))
  return isEmpty(answer) || suggested.get(id) === String(answer)
}

function put(id: string, value: unknown): void {
  suggested.set(id, String(value ?? ''))
  const field = data.fields.find((one) => one.id === id)
  if (form && field) putAnswer(form, field, value)
}

function write(id: string, text: string): void {
  const output = document.getElementById(`q-${id}`)
  if (output && output.textContent !== text) output.textContent = text
}
