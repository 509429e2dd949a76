/** The page's further commands: export what is shown, trash, import on a phone; all of them in the palette too. */
import { computed, ref } from 'vue'
import { useI18n } from 'vue-i18n'
import { useRouter } from 'vue-router'
import { apiUrl } from '@/api/http'
import { typeInfo } from '@/api/catalog'
import { offer } from '@/shell/commands'
import type { MenuEntry } from '@/ui/menu'
import type { Desk } from './desk'
import { mayDo } from './form'
import { complete } from './look'

export interface Download {
  format: 'csv' | 'xlsx'
  layout: 'records' | 'items' | 'repeated'
}

export function useTools(desk: Desk) {
  const { t } = useI18n()
  const router = useRouter()

  /** Whether a person is asked how rows of sub-forms are laid out. */
  const isExporting = ref(false)
  const hasRows = computed(() => desk.fields.value.some((field) => typeInfo(field.type)?.columns_in && desk.look.value.columns.some((column) => column.field === field.id)))

  function download({ format, layout }: Download): void {
    isExporting.value = false
    const { filter, sort, columns } = desk.look.value
    const fields = columns.map((column) => column.field).join(',')
    const link = document.createElement('a')
    link.href = apiUrl(`/forms/${desk.path.value}/export`, { format, layout, filter: JSON.stringify(complete(filter)), sort: sort.join(','), fields, q: desk.q.value })
    link.download = ''
    link.click()
  }
  const base = () => `/a/${desk.form.value?.app.key}`
  const entries = computed<MenuEntry[]>(() => {
    const form = desk.form.value
    if (!form) return []
    return [
      ...(!mayDo(form, 'export') ? [] : hasRows.value
        ? [{ label: t('records.exportFile'), icon: 'down', hint: t('records.asShown'), run: () => void (isExporting.value = true) }]
        : [{ label: t('records.exportCsv'), icon: 'down', hint: t('records.asShown'), run: () => download({ format: 'csv', layout: 'records' }) }, { label: t('records.exportXlsx'), icon: 'down', hint: t('records.asShown'), run: () => download({ format: 'xlsx', layout: 'records' }) }]),
      ...(mayDo(form, 'import') ? [{ label: t('records.import'), icon: 'up', run: () => void router.push(`${base()}/f/${form.key}/import`) }] : []),
      ...(form.access.can_design ? [{ label: t('records.getLink'), icon: 'link', run: () => void router.push(`${base()}/links/${form.key}`) }, { label: t('records.formRules'), icon: 'bolt', run: () => void router.push(`${base()}/rules?form=${form.key}`) }] : []),
      ...(form.review ? [{ label: form.review.waiting ? t('records.review.titleN', { n: form.review.waiting }) : t('records.review.title'), icon: 'inbox', run: () => desk.go({ review: '1', record: undefined }, 'push') }] : []),
      ...(mayDo(form, 'delete') ? [{ rule: true }, { label: t('records.trash'), icon: 'trash', run: () => desk.go({ trash: '1', record: undefined }, 'push') }] : []),
    ]
  })
  offer(computed(() => entries.value.flatMap((entry, at) => (entry.label && entry.run ? [{ id: `records-${at}`, group: 'do' as const, title: entry.label, icon: entry.icon, run: entry.run }] : []))))
  return { entries, isExporting, download }
}
