import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildPage } from './build-page.mjs'
import { databaseState } from './local-database.ts'

/** `npm start`: the whole service on this machine, offline: object storage, queue and database lie under .hangup/. */

const root = fileURLToPath(new URL('..', import.meta.url))
const home = process.env.HANGUP_HOME ?? join(root, '.hangup')
const port = Number(process.env.PORT ?? 8787)
const base = `http://127.0.0.1:${port}`
const STATE = ['--config', 'infra/wrangler.jsonc', '--persist-to', join(home, 'state')]
const QUIET = {
  WRANGLER_SEND_METRICS: 'false',
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  CI: '1',
}
const SWEEP_EVERY = 60_000 // milliseconds: the local runtime runs no cron by itself

mkdirSync(home, { recursive: true, mode: 0o700 })
const key = developmentKey()
await Promise.all([buildPage(join(root, 'dist/web/')), migrate()])
const service = serve(key)
await answering(service)
announce(key)
const sweeping = setInterval(() => void runSweep(), SWEEP_EVERY)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => service.kill(signal))
service.once('exit', (code) => {
  clearInterval(sweeping)
  process.exit(code ?? 0)
})

/** HANGUP_DEV_KEY, else one made at the first start and kept. */
function developmentKey(): string {
  if (process.env.HANGUP_DEV_KEY) return process.env.HANGUP_DEV_KEY
  const file = join(home, 'dev-key')
  if (!existsSync(file)) writeFileSync(file, `dev_${randomBytes(20).toString('hex')}\n`, { mode: 0o600 })
  return readFileSync(file, 'utf8').trim()
}

/** Applying takes three seconds, so only when there is something to apply. A database that does not fit is left as it is. */
async function migrate(): Promise<void> {
  const folder = join(root, 'infra/migrations')
  const before = databaseState(join(home, 'state'), folder)
  if (before.kind === 'pending') await applyMigrations()
  const state = before.kind === 'pending' ? databaseState(join(home, 'state'), folder) : before
  if (state.kind === 'unusable') {
    console.error(`The cases under ${home} cannot be used by this version: ${state.says}.
Nothing was changed. Start beside it:  HANGUP_HOME=${home}-new npm start
or put it away:                        mv ${home} ${home}-old && npm start`)
    process.exit(1)
  }
}

async function applyMigrations(): Promise<void> {
  const migrating = wrangler(['d1', 'migrations', 'apply', 'DATABASE', '--local', ...STATE], 'pipe')
  let output = ''
  for (const stream of [migrating.stdout, migrating.stderr]) stream?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise((resolve) => migrating.once('exit', resolve))
  if (code !== 0) throw new Error(`the database could not be set up:\n${output}`)
}

/** The key goes by a file that only this user reads: other users see the arguments of a process. */
function serve(secret: string): ChildProcess {
  const variables = join(home, 'dev.env')
  writeFileSync(variables, `HANGUP_DEV_KEY=${JSON.stringify(secret)}\nHANGUP_LOOPBACK_WEBHOOKS=true\n`, { mode: 0o600 })
  const inspector = process.env.HANGUP_INSPECTOR ? ['--inspector-port', process.env.HANGUP_INSPECTOR] : ['--inspector-port', '0']
  const options = [
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--env-file',
    variables,
    '--show-interactive-dev-session=false',
    ...inspector,
  ]
  return wrangler(['dev', ...STATE, ...options, '--log-level', process.env.HANGUP_LOG ?? 'error'], 'inherit')
}

function wrangler(args: readonly string[], output: 'inherit' | 'pipe'): ChildProcess {
  const program = join(root, 'node_modules/wrangler/bin/wrangler.js')
  return spawn(process.execPath, [program, ...args], { cwd: root, stdio: ['ignore', output, output], env: { ...process.env, ...QUIET } })
}

async function answering(child: ChildProcess): Promise<void> {
  for (;;) {
    if (child.exitCode !== null)
      throw new Error('the service ended before it answered; is the port taken? PORT=8788 npm start takes another')
    const answer = await fetch(`${base}/v1/health`).catch(() => undefined) // not listening yet
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function announce(secret: string): void {
  const { incidentAt, peer } = JSON.parse(readFileSync(join(root, 'test/samples/sample.json'), 'utf8')) as {
    incidentAt: string
    peer: string
  }
  console.log(`Hangup answers on ${base}

API key: ${secret}

Send a first case with the sample that ships here:

curl -sS ${base}/v1/intake -H "Authorization: Bearer ${secret}" -F incidentAt=${incidentAt} -F peer=${peer} \\
  -F file=@test/samples/early-close.pcap -F file=@test/samples/early-close.log

The answer names the case; its diagnosis lies a second later at

curl -sS ${base}/v1/cases/CASE/diagnosis -H "Authorization: Bearer ${secret}" -H "Accept: text/markdown"

Stop with Ctrl-C; the cases stay.`)
}

async function runSweep(): Promise<void> {
  await fetch(`${base}/cdn-cgi/local/scheduled?cron=${encodeURIComponent('* * * * *')}`).catch(() => undefined) // stopping: the next start sweeps
}
