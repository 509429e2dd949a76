import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './app/App.vue'
import { i18n, preferredLocale, setLocale } from './i18n'
import { router } from './router'
import 'element-plus/theme-chalk/base.css'
import './theme/tokens.css'
import './theme/base.css'
import './theme/parts.css'
import './theme/element-plus.css'

await setLocale(preferredLocale())
createApp(App).use(createPinia()).use(i18n).use(router).mount('#app')
