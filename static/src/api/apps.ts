/** The apps that the reader may open, and the one that is open. */
import { defineStore } from 'pinia'
import { ref } from 'vue'
import { http } from './http'
import type { AppDetail, AppSummary, L10n } from './types'

export const useApps = defineStore('apps', () => {
  const all = ref<AppSummary[]>([])
  const current = ref<AppDetail | null>(null)
  const isLoaded = ref(false)

  async function load(): Promise<AppSummary[]> {
    all.value = (await http.get<{ apps: AppSummary[] }>('/apps')).apps
    isLoaded.value = true
    return all.value
  }

  /** Read the app again; `key` is its key or id. */
  async function open(key: string): Promise<AppDetail> {
    const found = await http.get<AppDetail>(`/apps/${encodeURIComponent(key)}`)
    current.value = found
    return found
  }

  /** What is shown belongs to no app. */
  function leave(): void {
    current.value = null
  }

  async function create(key: string, title: L10n, look: { icon: string; color: string }): Promise<AppSummary> {
    const made = await http.post<AppSummary>('/apps', { key, title, ...look })
    await load()
    return made
  }

  return { all, current, isLoaded, load, open, leave, create }
})
