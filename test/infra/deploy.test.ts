import { execFile } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const run = promisify(execFile)
const root = new URL('../..', import.meta.url).pathname
const KIB = 1024

/** What the platform would be sent. More than this is a dependency that nobody weighed. */
const BUDGET = { raw: 2000 * KIB, gzip: 500 * KIB }

const QUIET = { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_HIDE_BANNER: 'true', CI: '1' }

async function dryRun(environment: string): Promise<{ said: string; program: string }> {
  mkdirSync(join(root, 'dist/web'), { recursive: true })
  const outdir = await mkdtemp(join(tmpdir(), 'hangup-deploy-'))
  try {
    const args = ['deploy', '--config', 'infra/wrangler.jsonc', '--env', environment, '--dry-run', '--outdir', outdir]
    const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')
    const { stdout, stderr } = await run(process.execPath, [wrangler, ...args], { cwd: root, env: { ...process.env, ...QUIET } })
    return { said: stdout + stderr, program: await readFile(join(outdir, 'index.js'), 'utf8') }
  } finally {
    await rm(outdir, { recursive: true })
  }
}

describe.each(['staging', 'production'])('what would be deployed to %s', (environment) => {
  it('is complete, has its own stores, and keeps within its size', async () => {
    const { said, program } = await dryRun(environment)
    for (const resource of [
      `hangup-${environment}-jobs`,
      `env.DATABASE (hangup-${environment})`,
      `env.OBJECTS (hangup-${environment})`,
      'env.RATE',
    ])
      expect(said).toContain(resource)
    expect(said).not.toMatch(/warning|error/i)
    const [, raw, gzip] = /Total Upload: ([\d.]+) KiB \/ gzip: ([\d.]+) KiB/.exec(said) ?? []
    expect(Number(raw) * KIB).toBeLessThan(BUDGET.raw)
    expect(Number(gzip) * KIB).toBeLessThan(BUDGET.gzip)
    // The SDK's browser build of its XML parser would fail on every answer of a store.
    expect(program).not.toContain('new DOMParser')
  })
})
