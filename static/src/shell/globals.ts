/** What every signed-in page has: the palette, the shortcut sheet and their keys. */
import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import { useI18n } from 'vue-i18n'
import { useApps } from '@/api/apps'
import { useSession } from '@/api/session'
import { setTheme } from '@/app/theme'
import { resolve } from '@/i18n'
import { isPaletteOpen, offer, type PaletteCommand } from './commands'
import { routeOf } from './menu'
import { shortcut } from './shortcuts'

export const isSheetOpen = ref(false)

export function useGlobals(): void {
  const router = useRouter()
  const { t } = useI18n()
  const apps = useApps()
  const session = useSession()

  shortcut('$mod+k', 'shell.palette', 'shell.everywhere', () => void (isPaletteOpen.value = !isPaletteOpen.value))
  shortcut('Shift+?', 'shell.shortcuts', 'shell.everywhere', () => void (isSheetOpen.value = true))

  const go = (id: string, title: string, to: string, icon: string, hint = ''): PaletteCommand => ({ id, group: 'go', title, hint, icon, run: () => void router.push(to) })
  offer(
    computed(() => {
      const app = apps.current
      const menu = app?.menu ?? []
      return [
        go('home', t('shell.home'), '/', 'home'),
        ...menu.flatMap((item) => {
          const to = app && routeOf(app.key, item)
          return to ? [go(`${app.key}/${item.kind}/${item.key}`, resolve(item.title), to, item.kind, `${resolve(app.title)} · ${t(`shell.kind.${item.kind}`)}`)] : []
        }),
        ...apps.all.map((one) => go(`app/${one.key}`, resolve(one.title), `/a/${one.key}`, one.icon ?? 'grid', t('shell.app'))),
        go('gallery', t('shell.gallery'), '/gallery', 'grid'),
        go('tasks', t('tasks.title'), '/tasks', 'inbox'),
        go('notifications', t('shell.notifications'), '/notifications', 'bell'),
        go('profile', t('shell.profile'), '/settings/profile', 'user', t('shell.settings')),
        ...(session.isAdmin ? [go('people', t('shell.people'), '/settings/people', 'users', t('shell.settings'))] : []),
        { id: 'light', group: 'do', title: t('shell.themeLight'), icon: 'sun', run: () => setTheme('light') },
        { id: 'dark', group: 'do', title: t('shell.themeDark'), icon: 'moon', run: () => setTheme('dark') },
        { id: 'language', group: 'do', title: t('shell.otherLanguage'), icon: 'globe', run: () => void session.chooseLocale(document.documentElement.lang === 'en' ? 'zh-CN' : 'en') },
        { id: 'shortcuts', group: 'do', title: t('shell.shortcuts'), icon: 'keyb', keys: '?', run: () => void (isSheetOpen.value = true) },
        { id: 'sign-out', group: 'do', title: t('shell.signOut'), icon: 'out', run: () => void session.signOut().then(() => router.push('/sign-in')) },
      ] satisfies PaletteCommand[]
    }),
  )
}
