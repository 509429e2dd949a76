import { ref } from 'vue'

export type Theme = 'light' | 'dark' | 'system'
const KEY = 'formloom.theme'
const media = matchMedia('(prefers-color-scheme: dark)')

export const theme = ref<Theme>((localStorage.getItem(KEY) as Theme | null) ?? 'system')
export const isDark = ref(document.documentElement.dataset.theme === 'dark')

/** Show the workspace light, dark or as the system is, and remember it on this device. */
export function setTheme(value: Theme): void {
  theme.value = value
  localStorage.setItem(KEY, value)
  apply()
}

function apply(): void {
  isDark.value = theme.value === 'dark' || (theme.value === 'system' && media.matches)
  document.documentElement.dataset.theme = isDark.value ? 'dark' : 'light'
  document.documentElement.classList.toggle('dark', isDark.value)
}

media.addEventListener('change', apply)
