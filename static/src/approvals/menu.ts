import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { MenuEntry } from '@/ui/menu'
import type { FlowNode } from './flow'
import { useProcess, type Process } from './process'
import { wayNodes, spotOf } from './tree'

/** What can be done with a step, as the menus of its card and of its panel offer it. */
export function useNodeMenu(node: () => FlowNode | undefined, process: Process = useProcess()): ComputedRef<MenuEntry[]> {
  const { t } = useI18n()
  return computed(() => {
    const about = node()
    if (!about) return []
    const on = (run: () => void) => () => {
      process.selected.value = about.id
      run()
    }
    const spot = spotOf(process.nodes.value, about.id)
    const isFirst = spot?.way === '' && spot.at === 0
    const isLast = spot?.way === '' && spot.at === (wayNodes(process.nodes.value, '')?.length ?? 1) - 1
    return [
      { label: t('approvals.moveUp'), icon: 'au', hint: 'Alt+↑', disabled: isFirst, run: on(() => process.stepBy(-1)) },
      { label: t('approvals.moveDown'), icon: 'ad', hint: 'Alt+↓', disabled: isLast, run: on(() => process.stepBy(1)) },
      { label: t('approvals.moveTo'), icon: 'ud', run: on(() => (process.moving.value = about.id)) },
      { rule: true },
      { label: t('approvals.duplicate'), icon: 'copy', hint: 'Ctrl+D', run: on(process.duplicate) },
      { label: t('approvals.copy'), icon: 'copy', hint: 'Ctrl+C', run: on(() => void navigator.clipboard.writeText(process.copied())) },
      { rule: true },
      { label: t('approvals.delete'), icon: 'trash', hint: 'Del', danger: true, run: on(() => process.remove()) },
    ]
  })
}
