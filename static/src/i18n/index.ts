/**
 * Words in two languages. `locales/<language>/<feature>.json` is one namespace per feature: the message `save` of
 * `designer.json` is `t('designer.save')`. A language is loaded when it is first needed. `@ { } |` have a meaning
 * in messages; write them as `{'@'}`.
 */
import { createI18n } from 'vue-i18n'
import { setRequestLocale } from '@/api/http'
import type { L10n, Locale } from '@/api/types'

export const LOCALES: readonly Locale[] = ['zh-CN', 'en']
const loaders = { 'zh-CN': () => import('./zh-CN'), en: () => import('./en') }

export const i18n = createI18n<false>({ legacy: false, locale: 'zh-CN', fallbackLocale: 'en', messages: {} })

export function currentLocale(): Locale {
  return i18n.global.locale.value as Locale
}

/** The language of the last visit, else the browser's. */
export function preferredLocale(): Locale {
  return document.documentElement.lang === 'en' ? 'en' : 'zh-CN'
}

export async function setLocale(locale: Locale): Promise<void> {
  if (!i18n.global.availableLocales.includes(locale)) {
    i18n.global.setLocaleMessage(locale, (await loaders[locale]()).default)
  }
  i18n.global.locale.value = locale
  setRequestLocale(locale)
  document.documentElement.lang = locale
  try {
    localStorage.setItem('formloom.locale', locale)
  } catch {
    // private mode: the choice lasts for this page
  }
}

export const t = i18n.global.t as (key: string, params?: Record<string, unknown> | number, plural?: number) => string

/** The text in the reader's language, else in any language it has. */
export function resolve(text: L10n | string | null | undefined, locale: Locale = currentLocale()): string {
  if (!text) return ''
  if (typeof text === 'string') return text
  return text[locale] || text[locale === 'en' ? 'zh-CN' : 'en'] || ''
}
