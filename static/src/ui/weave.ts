/**
 * The weave: warp and weft in two tones, drawn from a seed. The same seed and kind always give the same cloth.
 * Pitch 18–28 px; a thread is the pitch minus 5; opacities are drawn from short lists.
 */
export type WeaveKind = 'plain' | 'twill' | 'basket' | 'herringbone' | 'satin'
export const WEAVE_KINDS: readonly WeaveKind[] = ['plain', 'twill', 'basket', 'herringbone', 'satin']

export interface Thread {
  x: number
  y: number
  width: number
  height: number
  opacity: number
}
export interface Cloth {
  warp: Thread[]
  /** The stretches where the weft lies on top. */
  weft: Thread[]
}

export function randomOf(seed: string): () => number {
  let state = 2166136261
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619)
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2246822507)
    state = Math.imul(state ^ (state >>> 13), 3266489909)
    return ((state ^= state >>> 16) >>> 0) / 4294967296
  }
}

/** Whether the weft lies on top where column and row cross. */
export function weftOnTop(kind: WeaveKind, column: number, row: number): boolean {
  switch (kind) {
    case 'twill':
      return (column - row + 4_000) % 4 < 2
    case 'basket':
      return (Math.floor(column / 2) + Math.floor(row / 2)) % 2 === 0
    case 'herringbone':
      return ((Math.floor(row / 4) % 2 ? column + row : column - row) + 4_000) % 4 < 2
    case 'satin':
      return (column * 2 + row) % 5 < 2
    default:
      return (column + row) % 2 === 0
  }
}

/** The threads of a cloth that covers `width` × `height`. */
export function weave(seed: string, kind: WeaveKind, width: number, height: number, pitch?: number): Cloth {
  const random = randomOf(`${kind}:${seed}`)
  const drawn = 18 + Math.floor(random() * 11)
  const step = pitch ?? drawn
  const thread = step - 5
  const pick = (list: number[]) => list[Math.floor(random() * list.length)] ?? 1
  const columns = Math.ceil(width / step) + 2
  const rows = Math.ceil(height / step) + 2
  const warp = Array.from({ length: columns }, (_, column) => ({ x: column * step - 6, y: -4, width: thread, height: height + 8, opacity: pick([0.6, 0.82, 1]) }))
  const weft: Thread[] = []
  for (let row = 0; row < rows; row++) {
    const opacity = pick([0.55, 0.75, 1])
    for (let column = -1; column < columns; column++) {
      if (!weftOnTop(kind, column, row) || weftOnTop(kind, column - 1, row)) continue
      let last = column
      while (last + 1 < columns && weftOnTop(kind, last + 1, row)) last++
      weft.push({ x: column * step - 9, y: row * step - 8, width: (last - column) * step + thread + 6, height: thread, opacity })
    }
  }
  return { warp, weft }
}
