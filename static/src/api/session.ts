/** Who is signed in. The router waits for `load()` before it shows a page that needs somebody. */
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { http, setCsrfToken } from './http'
import { isProblem } from './problem'
import type { Installation, Locale, SessionAnswer, User } from './types'
import { setLocale } from '@/i18n'

export const useSession = defineStore('session', () => {
  const user = ref<User | null>(null)
  const installation = ref<Installation | null>(null)
  const isLoaded = ref(false)
  let loading: Promise<void> | null = null

  function accept(answer: SessionAnswer): void {
    user.value = answer.user
    if (answer.installation) installation.value = answer.installation
    setCsrfToken(answer.csrf_token)
    isLoaded.value = true
  }

  /** Ask the server once who we are; nobody is a fine answer. */
  function load(): Promise<void> {
    loading ??= http
      .get<SessionAnswer>('/session')
      .then(async (answer) => {
        accept(answer)
        if (answer.user.locale) await setLocale(answer.user.locale)
      })
      .catch((caught: unknown) => {
        if (!isProblem(caught) || caught.status !== 401) {
          loading = null
          throw caught
        }
        isLoaded.value = true
      })
    return loading
  }

  async function signIn(email: string, password: string): Promise<void> {
    accept(await http.post<SessionAnswer>('/session', { email, password }))
    loading = null
    await load()
  }

  async function signOut(): Promise<void> {
    await http.delete('/session')
    forget()
  }

  function forget(): void {
    user.value = null
    setCsrfToken(null)
    loading = Promise.resolve()
  }

  /** Choose the language, here and for the next sign-in. */
  async function chooseLocale(locale: Locale): Promise<void> {
    await setLocale(locale)
    if (user.value) {
      user.value.locale = locale
      await http.patch('/session', { locale })
    }
  }

  return { user, installation, isLoaded, isAdmin: computed(() => user.value?.is_admin ?? false), accept, load, signIn, signOut, forget, chooseLocale }
})
