/** Keeps the buttons above the keyboard of a phone: some browsers lay it over the page without telling the layout. */
export function followKeyboard(form: HTMLFormElement): void {
  const seen = window.visualViewport
  const bar = form.querySelector<HTMLElement>('.actions')
  if (!seen || !bar) return
  const place = () => {
    const covered = Math.max(0, Math.round(window.innerHeight - seen.height - seen.offsetTop))
    bar.style.setProperty('--f-keyboard', `${seen.scale > 1.05 ? 0 : covered}px`)
  }
  seen.addEventListener('resize', place)
  seen.addEventListener('scroll', place)
}
