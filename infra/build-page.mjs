import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { withoutZodLocales } from './without-zod-locales.mjs'

const source = fileURLToPath(new URL('../src/web/', import.meta.url))
const STATIC = ['index.html', 'report-frame.html', 'page.css', 'icon.svg', '_headers']

/**
 * The upload page as static files: the page, the engine for its worker, the report's frame, and the service worker that keeps them all
 * for when there is no network.
 *
 * @param {string} outdir
 */
export async function buildPage(outdir) {
  mkdirSync(outdir, { recursive: true })
  // The folder itself stays: a running service watches it.
  for (const name of readdirSync(outdir)) rmSync(join(outdir, name), { recursive: true })
  const options = {
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    plugins: [withoutZodLocales],
    logLevel: 'error',
  }
  await build({
    ...options,
    splitting: true,
    entryPoints: ['page.ts', 'engine-worker.ts'].map((name) => join(source, name)),
  })
  for (const name of STATIC) copyFileSync(join(source, name), join(outdir, name))
  const files = readdirSync(outdir)
    .filter((name) => !name.startsWith('_'))
    .sort()
  const hash = createHash('sha256')
  for (const name of files) hash.update(name).update(readFileSync(join(outdir, name)))
  const define = { ASSETS: JSON.stringify(files.map(pathOf)), STATE: JSON.stringify(hash.digest('hex').slice(0, 16)) }
  await build({ ...options, format: 'iife', entryPoints: [join(source, 'offline.ts')], define })
}

/** The platform serves `index.html` as `/` and other pages without their `.html`. */
const pathOf = (name) => (name === 'index.html' ? '/' : `/${name.replace(/\.html$/, '')}`)

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await buildPage(fileURLToPath(new URL('../dist/web/', import.meta.url)))
}
