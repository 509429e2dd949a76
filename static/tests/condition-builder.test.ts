import { createApp, h, nextTick } from 'vue'
import { beforeAll, expect, it, vi } from 'vitest'
import { catalog } from '@/api/catalog'
import type { Condition, FormField } from '@/api/types'
import ConditionBuilder from '@/conditions/ConditionBuilder.vue'
import { i18n, setLocale } from '@/i18n'

const both = (words: string) => ({ 'zh-CN': words, en: words })
const FIELDS = [{ id: 'status', type: 'text', label: both('Status') }, { id: 'solved', type: 'text', label: both('Solved') }] as FormField[]
const DENIED: Condition = { any: [{ field: 'status', op: 'eq', value: 'new' }, { not: { field: 'solved', op: 'eq', value: 'today' } }] }

beforeAll(async () => {
  await setLocale('en')
  const operator = { id: 'eq', label: both('is'), shape: 'value', kinds: ['text'] }
  catalog.value = { types: [{ id: 'text', value_kind: 'text' }], operators: [operator], raw: {} } as never
})

it('tells what a condition denies, and can take it out', async () => {
  const root = document.createElement('div')
  const changed = vi.fn()
  createApp(() => h(ConditionBuilder, { modelValue: DENIED, fields: FIELDS, 'onUpdate:modelValue': changed })).use(i18n).mount(root)
  await nextTick()
  const denied = root.querySelector('.denied')
  expect(denied?.textContent).toContain('Solved')
  denied?.querySelector('button')?.click()
  expect(changed).toHaveBeenCalledWith({ any: [{ field: 'status', op: 'eq', value: 'new' }] })
})
