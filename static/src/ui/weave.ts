/**
 * The weave: warp and weft in two tones, drawn from a seed. The same seed and kind always give the same cloth.
 * Pitch 18–28 px; a thread is the pitch minus 5; its opacity is drawn from a short list.
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

export function randomOf(seed: string): () => number {
  let state = 2166136261
  for (const char of seed) state = Math.imul(state ^ (char.codePointAt(0) ?? 0), 16777619)
  return () => {
    state = Math.imul(state ^ (state >>> 15), 2246822507)
    state = Math.imul(state ^ (state >>> 13), 3266489909)
    return ((state ^= state >>> 16) >>> 0) / 4294967296
  }
}

/** Whether the warp (upright) lies on top where column and row cross. */
export function warpOnTop(kind: WeaveKind, column: number, row: number): boolean {
  switch (kind) {
    case 'twill':
      return (column + row) % 4 < 2
    case 'basket':
      return (Math.floor(column / 2) + Math.floor(row / 2)) % 2 === 0
    case 'herringbone':
      return (Math.floor(column / 4) % 2 ? (column - row + 400) % 4 : (column + row) % 4) < 2
    case 'satin':
      return (column * 2 + row) % 5 === 0
    default:
      return (column + row) % 2 === 0
  }
}

export interface Cloth {
  pitch: number
  warp: Thread[]
  weft: Thread[]
}

/** The threads of a cloth of `width` × `height`, each cut where it dives under the other. */
export function weave(seed: string, kind: WeaveKind, width: number, height: number): Cloth {
  const random = randomOf(`${kind}:${seed}`)
  const pitch = 18 + Math.floor(random() * 11)
  const thread = pitch - 5
  const shades = [0.5, 0.62, 0.74, 0.86, 1]
  const shade = () => shades[Math.floor(random() * shades.length)] ?? 1
  const columns = Math.ceil(width / pitch)
  const rows = Math.ceil(height / pitch)
  const warpShade = Array.from({ length: columns }, shade)
  const weftShade = Array.from({ length: rows }, shade)
  const warp: Thread[] = []
  const weft: Thread[] = []
  for (let column = 0; column < columns; column++) {
    for (let row = 0; row < rows; row++) {
      const x = column * pitch + 2.5
      const y = row * pitch + 2.5
      if (warpOnTop(kind, column, row)) warp.push({ x, y: y - 2.5, width: thread, height: pitch, opacity: warpShade[column] ?? 1 })
      else weft.push({ x: x - 2.5, y, width: pitch, height: thread, opacity: weftShade[row] ?? 1 })
    }
  }
  return { pitch, warp, weft }
}
