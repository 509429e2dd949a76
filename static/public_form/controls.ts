/** What a script adds to single controls, each by the mark that the server's template put on it. */
import { followColor } from './colors'
import { boxOf, type PageData } from './page'
import { followRanks } from './ranks'
import { followRichText } from './richtext'
import { followScale } from './scales'
import { followSlide } from './slides'

export function followControls(form: HTMLFormElement, data: PageData): void {
  const each = (mark: string, follow: (found: HTMLElement) => void) => form.querySelectorAll<HTMLElement>(mark).forEach(follow)
  each('[data-scale]', followScale)
  each('[data-slide]', followSlide)
  each('[data-color]', (box) => followColor(box, data))
  each('textarea[data-rich]', (area) => followRichText(area as HTMLTextAreaElement, data))
  for (const field of data.fields) {
    const places = boxOf(form, field.id)?.querySelector<HTMLElement>('[data-ranks]')
    if (places) followRanks(places, field, data)
  }
}
