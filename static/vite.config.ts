import { fileURLToPath, URL } from 'node:url'
import vue from '@vitejs/plugin-vue'
import components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { configDefaults, defineConfig } from 'vitest/config'

/** The workspace (`vite build`) and the scripts of the public form (`vite build --mode public-form`, see `build.mjs`). */
export default defineConfig(({ mode }) => ({
  base: '/static/',
  plugins: mode.startsWith('public-') ? [] : [vue(), components({ dirs: [], dts: false, resolvers: [ElementPlusResolver({ importStyle: 'css' })] })],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  publicDir: mode.startsWith('public-') ? false : 'public',
  build: {
    target: 'es2022',
    manifest: mode.startsWith('public-') ? `${mode}.json` : 'manifest.json',
    emptyOutDir: !mode.startsWith('public-'),
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: mode.startsWith('public-') ? `public_form/${mode.slice(7)}.ts` : 'index.html',
      // the drawing library below the charts is a file of its own: both are fetched at once, and neither is above 500 kB
      output: { codeSplitting: { groups: [{ name: 'zrender', test: /node_modules[\\/]zrender[\\/]/ }] } },
    },
  },
  server: { proxy: { '^/(api|f|healthz|hooks)(/|$)': process.env.FORMLOOM_SERVER ?? 'http://127.0.0.1:8000' } },
  test: { environment: 'happy-dom', exclude: [...configDefaults.exclude, 'dist/**'] },
}))
