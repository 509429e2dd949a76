// Builds the workspace, then the public form's own small scripts beside it: `form` is on every page, the others only on
// pages that need them, so each is a build of its own that shares no file with another. At last every file that gains by it
// gets its compressed twins, which the server sends to browsers that take them.
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'
import { build } from 'vite'

const SCRIPTS = ['form', 'own', 'formulas', 'rows', 'effects', 'pipes', 'linkage', 'choosing', 'cards', 'embed', 'embedding', 'offline', 'scan', 'worker']
const PACKED = /\.(js|css|svg|wasm|txt)$/
const WORTH_BYTES = 1_000

await build()
for (const name of SCRIPTS) if (existsSync(`public_form/${name}.ts`)) await build({ mode: `public-${name}` })
for (const entry of await readdir('dist', { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !PACKED.test(entry.name)) continue
  const path = `${entry.parentPath}/${entry.name}`
  const whole = await readFile(path)
  const packed = [['gz', gzipSync(whole, { level: 9 })], ['br', brotliCompressSync(whole, { params: { [constants.BROTLI_PARAM_QUALITY]: 10 } })]]
  for (const [ending, bytes] of packed) if (whole.length > WORTH_BYTES && bytes.length < whole.length * 0.9) await writeFile(`${path}.${ending}`, bytes)
}
