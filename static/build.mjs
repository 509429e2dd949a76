// Builds the workspace, then the public form's own small scripts beside it: `form` is on every page, the others only on
// pages that need them, so each is a build of its own that shares no file with another.
import { existsSync } from 'node:fs'
import { build } from 'vite'

const SCRIPTS = ['form', 'formulas', 'rows', 'effects', 'pipes', 'cards', 'embed', 'embedding', 'offline', 'worker']

await build()
for (const name of SCRIPTS) if (existsSync(`public_form/${name}.ts`)) await build({ mode: `public-${name}` })
