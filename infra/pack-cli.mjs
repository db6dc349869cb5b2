// `npm run pack`: the command line as an npm package with one bin and no dependencies, in dist/.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildCli } from './build-cli.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Makes the package's folder. Everything it needs is bundled, so that it depends on nothing.
 *
 * @param {string} folder
 */
export async function makePackage(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await buildCli(folder)
  const { name, version, description, license, type } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  const facts = { name, version, description, license, type, engines: { node: '>=20' }, bin: { hangup: 'hangup.mjs' } }
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(facts, null, 2)}\n`)
  copyFileSync(join(root, 'src/cli/README.md'), join(folder, 'README.md'))
  if (existsSync(join(root, 'LICENSE'))) copyFileSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = join(root, 'dist/npm')
  await makePackage(folder)
  execFileSync('npm', ['pack', folder, '--pack-destination', join(root, 'dist')], { stdio: 'inherit' })
}
