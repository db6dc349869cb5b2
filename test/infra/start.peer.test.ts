import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const home = mkdtempSync(join(tmpdir(), 'hangup-start-'))
let running: ChildProcess | undefined

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** What `npm start` prints, once it is up. */
async function start(port: number): Promise<string> {
  const { HANGUP_DEV_KEY: _key, ...inherited } = process.env
  const child = spawn(process.execPath, [join(root, 'infra/start.ts')], {
    env: { ...inherited, PORT: String(port), HANGUP_HOME: home },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running = child
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  while (!said.includes('Stop with')) {
    if (child.exitCode !== null) throw new Error(said)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return said
}

async function stop(): Promise<void> {
  const child = running
  running = undefined
  if (!child || child.exitCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  await ended
}

afterEach(stop)
afterAll(() => rmSync(home, { recursive: true }))

it('npm start prints a curl line that works as it stands, and keeps key and cases over a restart', async () => {
  const port = await freePort()
  const first = await start(port)
  const key = /^API key: (\S+)$/m.exec(first)?.[1] ?? ''
  const [command = ''] = /^curl [^\n]*\/v1\/intake[^\n]*\\\n[^\n]*$/m.exec(first) ?? []
  const { id } = JSON.parse(execFileSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' })) as { id: string }
  expect(id).toMatch(/^case_/)
  const headers = { authorization: `Bearer ${key}` }
  const status = async (): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/cases/${id}`, { headers })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { status: string }).status
  }
  while ((await status()) !== 'diagnosed') await new Promise((resolve) => setTimeout(resolve, 100))
  await stop()

  expect(await start(port)).toContain(`API key: ${key}`)
  expect(await status()).toBe('diagnosed')
  const admin = execFileSync(
    process.execPath,
    [join(root, 'infra/admin.ts'), 'add-key', 'reader', 'cases:read', '--url', `http://127.0.0.1:${port}`, '--key', key],
    { encoding: 'utf8' },
  )
  const made = JSON.parse(admin) as { key: string; scopes: string[] }
  expect(made.scopes).toEqual(['cases:read'])
  const seen = await fetch(`http://127.0.0.1:${port}/v1/cases/${id}`, { headers: { authorization: `Bearer ${made.key}` } })
  expect(seen.status).toBe(200)
}, 180_000)
