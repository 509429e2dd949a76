/** Digits answer a rating; Delete and a second press take the answer away again. Arrow keys are the browser's own. */
const PAIR_MS = 700

export function followScale(scale: HTMLElement): void {
  let typed = ''
  let last = 0
  const inputs = [...scale.querySelectorAll<HTMLInputElement>('input')]

  const choose = (input: HTMLInputElement | undefined, on = true) => {
    if (!input) return
    input.checked = on
    if (on) input.focus()
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }

  scale.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === 'Delete' || event.key === 'Backspace') {
      event.preventDefault()
      choose(inputs.find((input) => input.checked), false)
    } else if (/^\d$/.test(event.key)) {
      event.preventDefault()
      typed = event.timeStamp - last < PAIR_MS ? typed + event.key : event.key
      last = event.timeStamp
      const find = (value: string) => inputs.find((input) => input.value === value)
      choose(find(typed) ?? find(event.key))
    }
  })

  let was: HTMLInputElement | undefined
  scale.addEventListener('pointerdown', () => (was = inputs.find((input) => input.checked)))
  scale.addEventListener('click', (event) => {
    if (event.target === was && was?.checked) choose(was, false)
    was = undefined
  })
}
