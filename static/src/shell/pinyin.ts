/** Pinyin, loaded when somebody first types: matching by initials or syllables, and keys out of Chinese titles. */
type Library = typeof import('pinyin-pro')
let library: Promise<Library> | null = null

export function loadPinyin(): Promise<Library> {
  return (library ??= import('pinyin-pro'))
}

/** Which characters of `text` the query meets: by the letters themselves or by pinyin; null for no match. */
export function matcher(pinyin: Library | null): (text: string, query: string) => number[] | null {
  return (text, query) => {
    const at = text.toLowerCase().indexOf(query.toLowerCase())
    if (at >= 0) return Array.from({ length: query.length }, (_, offset) => at + offset)
    return pinyin && /^[a-z\s]+$/i.test(query) ? pinyin.match(text, query, { continuous: true, precision: 'start' }) : null
  }
}

/** A key for a title: `报修单` → `bao_xiu_dan`, `Repair form` → `repair_form`. Never empty, never one of `taken`. */
export async function keyOf(title: string, taken: Iterable<string> = [], fallback = 'item'): Promise<string> {
  const { pinyin } = await loadPinyin()
  const latin = /\p{Script=Han}/u.test(title) ? pinyin(title, { toneType: 'none', nonZh: 'consecutive', v: true }) : title
  const plain = latin.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 36)
  const used = new Set(taken)
  const base = plain || fallback
  let key = base
  for (let number = 2; used.has(key); number++) key = `${base}_${number}`
  return key
}
