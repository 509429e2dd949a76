/** Controls of settings that know by themselves how they are entered: the file in `controls/` named like the control. */
import type { Component } from 'vue'

const files = import.meta.glob<{ default: Component }>('./controls/*.vue', { eager: true })

export function ownControl(control: string): Component | undefined {
  return files[`./controls/${control}.vue`]?.default
}
