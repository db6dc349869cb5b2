import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pcap } from '../../test/support/capture-files.ts'

/**
 * `npm run bench:service`: load on the whole service in the local runtime. Clients send cases one after the other (a capture and a log; every
 * tenth capture has 20 MB, every fortieth 90), wait for the diagnosis, and read it and the bundle. Fails when a case is lost, an answer is
 * a 5xx other than the stated 503, or the isolate's heap passes 100 MB.
 *
 * SECONDS for each number of clients: 15 unless BENCH_SECONDS says otherwise; CLIENTS: 1,10,50 unless BENCH_CLIENTS does.
 */
const SECONDS = Number(process.env.BENCH_SECONDS ?? 15)
const CLIENTS = (process.env.BENCH_CLIENTS ?? '1,10,50').split(',').map(Number)
const HEAP_LIMIT = 100 * 1024 * 1024
const KEY = 'bench_0123456789abcdef'
const root = fileURLToPath(new URL('../..', import.meta.url))
const INCIDENT = '2026-03-02T09:14:07.412Z'

/** A capture of about `size` bytes whose bulk lies an hour before the window. */
function capture(size: number): Uint8Array<ArrayBuffer> {
  const sample = Uint8Array.from(readFileSync(join(root, 'test/samples/early-close.pcap')))
  const filler = pcap('0.0 host:49001 > peer ACK len=1400', { start: '2026-03-02T08:14:00Z' }).subarray(24)
  const times = Math.max(0, Math.floor((size - sample.length) / filler.length))
  const whole = new Uint8Array(24 + times * filler.length + sample.length - 24)
  whole.set(sample.subarray(0, 24))
  for (let at = 0; at < times; at++) whole.set(filler, 24 + at * filler.length)
  whole.set(sample.subarray(24), 24 + times * filler.length)
  return whole
}

const MB = 1_000_000
const SMALL = capture(1 * MB)
const MIDDLE = capture(20 * MB)
const LARGE = capture(90 * MB)
const LOG = readFileSync(join(root, 'test/samples/early-close.log'))

const times = new Map<string, number[]>()
const failures = new Map<string, number>()
const note = (map: Map<string, number>, what: string): void => void map.set(what, (map.get(what) ?? 0) + 1)

async function timed(base: string, name: string, method: string, path: string, body?: FormData): Promise<Response | undefined> {
  const started = performance.now()
  const answer = await fetch(`${base}${path}`, { method, headers: { authorization: `Bearer ${KEY}` }, body: body ?? null })
  if (answer.status === 503) {
    note(failures, '503')
    await answer.body?.cancel()
    return undefined
  }
  if (answer.status >= 500) note(failures, `${name} ${answer.status}`)
  times.set(name, [...(times.get(name) ?? []), performance.now() - started])
  return answer
}

/** One case from intake to bundle; false when the service was full and said so. */
async function oneCase(base: string, number: number): Promise<boolean> {
  const form = new FormData()
  form.set('incidentAt', INCIDENT)
  form.set('peer', '10.0.0.9:9100')
  const [name, bytes] =
    number % 40 === 39
      ? (['intake 90 MB', LARGE] as const)
      : number % 10 === 9
        ? (['intake 20 MB', MIDDLE] as const)
        : (['intake 1 MB', SMALL] as const)
  form.append('file', new Blob([bytes]), 'trace.pcap')
  form.append('file', new Blob([LOG]), 'spooler.log')
  const sent = await timed(base, name, 'POST', '/v1/intake', form)
  if (!sent) return false
  const { id } = (await sent.json()) as { id: string }
  const queuedAt = performance.now()
  for (;;) {
    const answer = await timed(base, 'case', 'GET', `/v1/cases/${id}`)
    const status = answer ? ((await answer.json()) as { status: string }).status : 'unknown'
    if (status === 'diagnosed') break
    if (status === 'failed') note(failures, 'case failed')
    if (performance.now() - queuedAt > 180_000) {
      note(failures, 'lost')
      return true
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  times.set('queued to diagnosed', [...(times.get('queued to diagnosed') ?? []), performance.now() - queuedAt])
  await (await timed(base, 'diagnosis', 'GET', `/v1/cases/${id}/diagnosis`))?.arrayBuffer()
  await (await timed(base, 'bundle', 'GET', `/v1/cases/${id}/bundle`))?.arrayBuffer()
  return true
}

let number = 0

async function load(base: string, clients: number): Promise<number> {
  const ends = performance.now() + SECONDS * 1000
  let done = 0
  const client = async (): Promise<void> => {
    while (performance.now() < ends) {
      if (await oneCase(base, number++)) done++
      else await new Promise((resolve) => setTimeout(resolve, 1000))
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: clients }, client))
  return (done / (performance.now() - started)) * 60_000
}

const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

function table(clients: number, aMinute: number, heap: number): void {
  console.log(
    `\n${clients} clients: ${aMinute.toFixed(0)} cases a minute; isolate heap ${(heap / MB).toFixed(0)} MB at most; 503: ${failures.get('503') ?? 0}`,
  )
  console.log('| call | n | p50 ms | p95 ms | p99 ms |\n|---|---|---|---|---|')
  for (const [name, all] of [...times].sort(([a], [b]) => a.localeCompare(b))) {
    const sorted = all.toSorted((a, b) => a - b)
    console.log(`| ${name} | ${sorted.length} | ${[0.5, 0.95, 0.99].map((share) => percentile(sorted, share).toFixed(0)).join(' | ')} |`)
  }
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** The isolate's heap by the inspector of the local runtime, watched while the load runs. */
async function watchHeap(port: number): Promise<() => number> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[]
  // The runtime's inspector wants an Origin, which Node sets by an option that the DOM's WebSocket does not have.
  const socket: WebSocket = Reflect.construct(WebSocket, [targets[0]?.webSocketDebuggerUrl, { headers: { origin: 'http://localhost' } }])
  let most = 0
  let id = 0
  socket.onmessage = ({ data }) => {
    const { result } = JSON.parse(String(data)) as { result?: { usedSize?: number } }
    most = Math.max(most, result?.usedSize ?? 0)
  }
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the inspector of the local runtime cannot be reached')))
  })
  setInterval(() => socket.send(JSON.stringify({ id: ++id, method: 'Runtime.getHeapUsage' })), 200).unref()
  return () => most
}

const [port, inspector] = [await freePort(), await freePort()]
const home = mkdtempSync(join(tmpdir(), 'hangup-bench-'))
const env = { ...process.env, PORT: String(port), HANGUP_DEV_KEY: KEY, HANGUP_HOME: home, HANGUP_INSPECTOR: String(inspector) }
const service = spawn(process.execPath, [join(root, 'infra/start.ts')], { env, stdio: ['ignore', 'pipe', 'inherit'] })
await new Promise<void>((resolve) => service.stdout.on('data', (chunk: Buffer) => chunk.toString().includes('Stop with') && resolve()))
try {
  const heap = await watchHeap(inspector)
  for (const clients of CLIENTS) {
    times.clear()
    failures.delete('503')
    table(clients, await load(`http://127.0.0.1:${port}`, clients), heap())
  }
  const bad = [...failures].filter(([what]) => what !== '503')
  if (heap() > HEAP_LIMIT) bad.push(['heap over 100 MB', heap()])
  if (heap() === 0) bad.push(['heap not measured', 0])
  for (const [what, count] of bad) console.error(`FAILED: ${what}: ${count}`)
  process.exitCode = bad.length > 0 ? 1 : 0
} finally {
  service.kill('SIGTERM')
}
