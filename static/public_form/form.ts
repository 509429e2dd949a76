/** The script of the public pages. Every page works without it; it makes them quicker and kinder. */
import { countDown } from './countdown'
import { Filling } from './filling'
import { localise } from './moments'
import type { PageData } from './page'

const data = JSON.parse(document.getElementById('data')?.textContent ?? '{"texts":{}}') as PageData
const form = document.getElementById('form') as HTMLFormElement | null
// Where the script is missing (the page says so itself) or breaks, the page is one without a script: nothing stays hidden.
document.documentElement.classList.add('js')
try {
  localise(document, data.texts)
  const countdown = document.getElementById('countdown')
  if (countdown) countDown(countdown, data.texts)
  if (form) new Filling(form, data)
  else offerCopy()
} catch (fault) {
  document.documentElement.classList.remove('js')
  throw fault
}

function offerCopy(): void {
  const button = document.getElementById('copy')
  const number = document.getElementById('number')
  if (!button || !number || !navigator.clipboard) return
  button.hidden = false
  button.addEventListener('click', () => {
    void navigator.clipboard.writeText(number.textContent ?? '').then(() => {
      const words = button.querySelector('span')
      if (words) words.textContent = data.texts.copied ?? ''
    })
  })
}
