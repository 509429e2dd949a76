/**
 * The rows of a grid from top to bottom: heads of groups and the records of those that are open. A line is known by
 * its number alone, so a million of them cost nothing until they are looked at.
 */
export interface Block {
  /** How many records it holds. */
  count: number
  isOpen: boolean
  /** Without a head when records are not grouped. */
  hasHead: boolean
}
export type Line = { kind: 'head'; block: number } | { kind: 'record'; block: number; at: number }

export interface Layout {
  size: number
  /** The number of records in open and closed blocks alike. */
  records: number
  lineAt(index: number): Line | undefined
  /** The number of records in the blocks above. */
  before(block: number): number
  indexOf(block: number, at: number): number
}

export function layOut(blocks: readonly Block[]): Layout {
  const starts: number[] = []
  let size = 0
  for (const block of blocks) {
    starts.push(size)
    size += (block.hasHead ? 1 : 0) + (block.isOpen ? block.count : 0)
  }
  function blockAt(index: number): number {
    let [low, high] = [0, starts.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] ?? 0) <= index) low = middle
      else high = middle - 1
    }
    return low
  }
  return {
    size,
    records: blocks.reduce((sum, block) => sum + block.count, 0),
    lineAt(index) {
      if (index < 0 || index >= size) return undefined
      const block = blockAt(index)
      const inside = index - (starts[block] ?? 0)
      if (blocks[block]?.hasHead) return inside ? { kind: 'record', block, at: inside - 1 } : { kind: 'head', block }
      return { kind: 'record', block, at: inside }
    },
    before: (block) => blocks.slice(0, block).reduce((sum, one) => sum + one.count, 0),
    indexOf(block, at) {
      return (starts[block] ?? 0) + (blocks[block]?.hasHead ? 1 : 0) + at
    },
  }
}
