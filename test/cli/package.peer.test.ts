import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePackage } from '../../infra/pack-cli.mjs'

const CAPTURE = new URL('../corpus/c001.pcap', import.meta.url).pathname
const folder = mkdtempSync(join(tmpdir(), 'hangup-package-'))
const installed = join(folder, 'installed')

beforeAll(async () => {
  const made = join(folder, 'package')
  await makePackage(made)
  execFileSync('npm', ['pack', made, '--pack-destination', folder], { stdio: 'ignore' })
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  execFileSync('npm', ['install', '--offline', '--prefix', installed, join(folder, tarball)], { stdio: 'ignore' })
})
afterAll(() => rmSync(folder, { recursive: true }))

describe('the package', () => {
  it('has one bin, no dependencies and no native parts, and is small', () => {
    const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
    const facts = JSON.parse(readFileSync(join(installed, 'node_modules/hangup/package.json'), 'utf8'))
    expect(Object.keys(facts.bin)).toEqual(['hangup'])
    expect(facts.dependencies).toBeUndefined()
    expect(readdirSync(join(installed, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['hangup'])
    expect(statSync(join(folder, tarball)).size).toBeLessThan(400_000)
  })

  it('diagnoses from where it is installed', () => {
    const out = execFileSync(join(installed, 'node_modules/.bin/hangup'), ['diagnose', '--json', CAPTURE], { encoding: 'utf8' })
    expect(JSON.parse(out).verdict.cause).toBe('fin-wait-1-timeout')
  })
})
