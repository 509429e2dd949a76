// Builds the workspace, then the public form's own small bundle beside it.
import { existsSync } from 'node:fs'
import { build } from 'vite'

await build()
if (existsSync('public_form/form.ts')) await build({ mode: 'public-form' })
