export interface MenuEntry {
  label?: string
  icon?: string
  /** An option colour shown as a swatch. */
  color?: string
  hint?: string
  danger?: boolean
  disabled?: boolean
  checked?: boolean
  /** A line between groups. */
  rule?: boolean
  heading?: boolean
  run?: () => void
}
