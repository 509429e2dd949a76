/** The script of the public pages. Every page works without it; it makes them quicker and kinder. */
import { Filling } from './filling'
import { localise } from './moments'
import type { PageData } from './page'

document.documentElement.classList.add('js')
const data = JSON.parse(document.getElementById('data')?.textContent ?? '{"texts":{}}') as PageData
const form = document.getElementById('form') as HTMLFormElement | null
localise(document, data.texts)
if (form) new Filling(form, data)
else offerCopy()

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
