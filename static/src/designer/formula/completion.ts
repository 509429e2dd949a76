/** What may be written next in a formula: fields and functions whose name goes on from the word before the caret. */
export interface Offer {
  /** What is written: a field's id, or a function's name. */
  text: string
  label: string
  /** The call as help shows it; fields have none. */
  usage?: string
}

/** The word that ends at the caret, or nothing inside a quoted text and behind a number. */
export function wordBefore(formula: string, caret: number): string {
  const before = formula.slice(0, caret)
  const quotes = before.replace(/“[^”]*”/g, '').match(/["“]/g)?.length ?? 0
  return quotes % 2 ? '' : (/(?:^|[^A-Za-z0-9_.\u4e00-\u9fff])([A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*)$/.exec(before)?.[1] ?? '')
}

/** The offers that begin with the word, then those whose label has it; at most eight. */
export function matching(word: string, offers: readonly Offer[]): Offer[] {
  const sought = word.toLowerCase()
  if (!sought) return []
  const begins = offers.filter((one) => one.text.toLowerCase().startsWith(sought))
  const holds = offers.filter((one) => !begins.includes(one) && one.label.toLowerCase().includes(sought))
  return [...begins, ...holds].slice(0, 8)
}

/** The formula with an offer in the place of the word before the caret, and where the caret stands then. */
export function taken(formula: string, caret: number, offer: Offer): { formula: string; caret: number } {
  const start = caret - wordBefore(formula, caret).length
  const rest = formula.slice(caret)
  const text = offer.usage === undefined || rest.startsWith('(') ? offer.text : `${offer.text}()`
  const inside = text.endsWith('()') && !offer.usage?.endsWith('()') ? 1 : 0
  return { formula: formula.slice(0, start) + text + rest, caret: start + text.length - inside }
}
