/**
 * Computes a form's computed fields while somebody answers. Only forms that have some load this file, before the
 * page's own script, which tells of every change of the answers and takes what is added to them into its rules.
 */
import { computing, shownAs } from '@/shared/formula/live'
import type { Setting } from '@/shared/formula/values'
import { comparable, type Answers, type PageData } from './page'

const EMPTY = '—'
const form = document.getElementById('form')
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
const formulas = data.formulas ?? []
const locale = document.documentElement.lang
const compute = computing(formulas, Object.fromEntries(data.fields.map(({ id, kind }) => [id, kind])))

form?.addEventListener('answers', (event) => {
  const answers = (event as CustomEvent<Answers>).detail
  const setting: Setting = { now: Date.now(), zone: data.zone ?? 'UTC', locale, user: '', record: null, names: {} }
  Object.assign(answers, compute(comparable(data.fields, answers), setting))
  for (const formula of formulas) write(formula.id, shownAs(formula, answers[formula.id], locale) || EMPTY)
})

function write(id: string, text: string): void {
  const output = document.getElementById(`q-${id}`)
  if (output && output.textContent !== text) output.textContent = text
}
