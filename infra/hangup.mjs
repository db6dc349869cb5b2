#!/usr/bin/env node
// `npm run hangup`: the command line from a checkout, bundled so that it starts in milliseconds. The bundle is made again when a
// source has changed; its folder is named for the state of the sources, so that runs side by side never disturb each other.
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import module from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const store = join(root, 'dist', 'cli')
const SOURCES = ['src/cli', 'src/core', 'src/client', 'src/cases', 'infra/build-cli.mjs', 'package-lock.json']

/** Names, sizes and times of all sources, as one short name. */
function stateOfSources() {
  const hash = createHash('sha1')
  const add = (path) => {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (!stat) return
    hash.update(`${path} ${stat.isDirectory() ? '' : stat.size} ${stat.mtimeMs}\n`)
    if (stat.isDirectory()) for (const name of readdirSync(path).sort()) add(join(path, name))
  }
  for (const source of SOURCES) add(join(root, source))
  return hash.digest('hex').slice(0, 16)
}

async function bundle(folder) {
  mkdirSync(store, { recursive: true })
  const old = readdirSync(store)
  const fresh = mkdtempSync(join(store, 'building-'))
  const { buildCli } = await import('./build-cli.mjs')
  try {
    await buildCli(fresh)
    renameSync(fresh, folder)
  } catch (error) {
    rmSync(fresh, { recursive: true })
    // Another run was first: its bundle is the same.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error
  }
  // A run that began before may still load its chunks: only what is an hour old goes.
  const anHourAgo = Date.now() - 3_600_000
  for (const name of old) {
    const stat = statSync(join(store, name), { throwIfNoEntry: false })
    if (stat && stat.mtimeMs < anHourAgo) rmSync(join(store, name), { recursive: true, force: true })
  }
}

const folder = join(store, stateOfSources())
if (!statSync(join(folder, 'hangup.mjs'), { throwIfNoEntry: false })) await bundle(folder)
module.enableCompileCache?.(join(folder, '.compiled'))
await import(join(folder, 'hangup.mjs'))
