import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { goal } from './measure.ts'
import { writeTrackInput } from './track-input.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const REQUESTS = 5
/** About 90 MB of small packets. */
const BODY = { connections: 15_000, segments: 28, payload: 512, snaplen: 100, concurrent: 200 }
const QUIET = { WRANGLER_SEND_METRICS: 'false', CLOUDFLARE_CF_FETCH_ENABLED: 'false', WRANGLER_HIDE_BANNER: 'true', CI: '1' }

/** The engine in the local runtime, fed by one client with 90 MB bodies, one after the other; `wrangler dev`'s own proxy in front takes its share. */
export async function benchWorker(folder: string): Promise<void> {
  const file = join(folder, 'worker.pcap')
  writeTrackInput(file, BODY)
  const body = readFileSync(file)
  rmSync(file)
  const [port, inspector] = [await freePort(), await freePort()]
  const program = join(root, 'node_modules/wrangler/bin/wrangler.js')
  const config = join(folder, 'worker.json')
  writeFileSync(
    config,
    JSON.stringify({ name: 'bench', main: join(root, 'infra/bench/worker-entry.ts'), compatibility_date: '2026-10-01' }),
  )
  const flags = ['--config', config, '--port', `${port}`, '--inspector-port', `${inspector}`, '--log-level', 'error']
  const args = [program, 'dev', ...flags]
  const runtime = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, ...QUIET } })
  try {
    await isReady(`http://127.0.0.1:${port}/`)
    const heap = await watchHeap(inspector)
    console.log(
      `\nworker: ${REQUESTS} bodies of ${(body.length / 1e6).toFixed(0)} MB each way; wall time is the client's, the quickest; CPU the runtime's, its proxy's included`,
    )
    await post(runtime, `http://127.0.0.1:${port}/cut`, heap, body, 'cut', 0.6)
    await post(runtime, `http://127.0.0.1:${port}/digest`, heap, body, 'cut + digest', 0.2)
  } finally {
    runtime.kill('SIGTERM')
  }
}

async function post(
  runtime: ChildProcess,
  url: string,
  heap: Heap,
  body: Uint8Array<ArrayBuffer>,
  name: string,
  wanted: number,
): Promise<void> {
  heap.most = 0
  const before = cpuSeconds(runtime)
  let quickest = Number.POSITIVE_INFINITY
  let answer = ''
  for (let i = 0; i < REQUESTS; i++) {
    const started = performance.now()
    answer = await (await fetch(url, { method: 'POST', body })).text()
    quickest = Math.min(quickest, (performance.now() - started) / 1000)
  }
  const cpu = (cpuSeconds(runtime) - before) / ((REQUESTS * body.length) / 1e9)
  console.log(`${name}: ${answer}`)
  goal(`worker ${name}`, body.length / 1e9 / quickest, wanted, 'at least', ' GB/s')
  goal(`worker ${name}: CPU a GB`, cpu, 10, 'at most', ' s')
  goal(`worker ${name}: isolate heap`, heap.most / 1e6, 32, 'at most', ' MB')
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

async function isReady(url: string): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error('the local runtime did not start in a minute')
}

/** User and system time of the `workerd` processes below `runtime`, in ticks of 10 ms (Linux). */
function cpuSeconds(runtime: ChildProcess): number {
  const processes = execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' }).trim().split('\n')
  const rows = processes.map((line) => line.trim().split(/\s+/))
  const family = new Set([`${runtime.pid}`])
  for (const _ of [1, 2, 3]) for (const [pid = '', parent = ''] of rows) if (family.has(parent)) family.add(pid)
  let ticks = 0
  for (const [pid = '', , command] of rows) {
    if (!family.has(pid) || command !== 'workerd') continue
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    ticks += Number(fields[11]) + Number(fields[12])
  }
  return ticks / 100
}

/** Bytes of the isolate's heap, typed arrays included: the most that was seen since it was set to 0. */
interface Heap {
  most: number
}

/** The isolate's heap and typed arrays by the runtime's inspector, watched while requests run. */
async function watchHeap(port: number): Promise<Heap> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[]
  // The runtime's inspector wants an Origin, which Node sets by an option that the DOM's WebSocket does not have.
  const socket: WebSocket = Reflect.construct(WebSocket, [targets[0]?.webSocketDebuggerUrl, { headers: { origin: 'http://localhost' } }])
  const heap: Heap = { most: 0 }
  let id = 0
  socket.onmessage = ({ data }) => {
    const { result } = JSON.parse(String(data)) as { result?: { usedSize?: number; backingStorageSize?: number } }
    heap.most = Math.max(heap.most, (result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0))
  }
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the inspector of the local runtime cannot be reached')))
  })
  setInterval(
    () => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ id: ++id, method: 'Runtime.getHeapUsage' })),
    50,
  ).unref()
  return heap
}
