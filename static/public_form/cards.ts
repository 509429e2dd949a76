/**
 * One question at a time. Loaded only by forms in this mode, after the page's own script, which goes on judging,
 * keeping and sending: this one only decides which question is seen. Without a script all questions stand on the page.
 */
import { Cards } from './card_list'
import { followKeys } from './card_keys'
import { followKeyboard } from './card_place'
import type { PageData } from './page'

const form = document.getElementById('form') as HTMLFormElement | null
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{}') as PageData
if (form && document.documentElement.classList.contains('js')) {
  const cards = new Cards(form, data)
  followKeys(form, cards)
  followKeyboard(form)
}
