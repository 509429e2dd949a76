/** A sheet of labels, in millimetres. */
export interface Size {
  page_width: number
  page_height: number
  columns: number
  rows: number
  width: number
  height: number
  left: number
  top: number
  gap_x: number
  gap_y: number
}

export function custom(): Size {
  return { page_width: 210, page_height: 297, columns: 3, rows: 8, width: 63.5, height: 33.9, left: 7, top: 12, gap_x: 2.5, gap_y: 0 }
}

/** Hand a file over to the person. */
export function save(file: Blob, name: string): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = name
  link.click()
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
