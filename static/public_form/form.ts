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
  offerCopies()
} catch (fault) {
  document.documentElement.classList.remove('js')
  throw fault
}

/** Buttons that copy what stands in the element they name. */
function offerCopies(): void {
  if (!navigator.clipboard) return
  document.querySelectorAll<HTMLElement>('[data-copy]').forEach((button) => {
    const found = document.getElementById(button.dataset.copy ?? '') as HTMLInputElement | null
    const words = button.querySelector('span')
    button.hidden = !found
    button.onclick = () => void navigator.clipboard.writeText(found?.value || (found?.textContent ?? '')).then(() => words && (words.textContent = data.texts.copied ?? ''))
  })
}
