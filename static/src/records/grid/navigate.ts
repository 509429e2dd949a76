/** Which cell a key leads to. Lines are counted with the heads of groups, columns without the row's number. */
export interface Spot {
  line: number
  column: number
}
export interface Room {
  lines: number
  columns: number
  /** Lines that fit on the screen. */
  page: number
}
export interface Press {
  key: string
  ctrl: boolean
}

const within = (value: number, size: number) => Math.max(0, Math.min(size - 1, value))

/** The spot after `press`, or null when the key does not move. */
export function moved(from: Spot, press: Press, room: Room): Spot | null {
  const { line, column } = from
  const to = (nextLine: number, nextColumn: number): Spot => ({ line: within(nextLine, room.lines), column: within(nextColumn, room.columns) })
  switch (press.key) {
    case 'ArrowDown':
      return to(press.ctrl ? room.lines - 1 : line + 1, column)
    case 'ArrowUp':
      return to(press.ctrl ? 0 : line - 1, column)
    case 'ArrowRight':
      return to(line, press.ctrl ? room.columns - 1 : column + 1)
    case 'ArrowLeft':
      return to(line, press.ctrl ? 0 : column - 1)
    case 'Home':
      return to(press.ctrl ? 0 : line, 0)
    case 'End':
      return to(press.ctrl ? room.lines - 1 : line, room.columns - 1)
    case 'PageDown':
      return to(line + room.page, column)
    case 'PageUp':
      return to(line - room.page, column)
    default:
      return null
  }
}
