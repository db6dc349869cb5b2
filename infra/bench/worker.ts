import { type ChildProcess, spawn } from 'node:child_process'
import { createWriteStream, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { goal } from './measure.ts'
import { writeTrackInput } from './track-input.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const REQUESTS = 5
/** About 90 MB of small packets in 15,000 connections; a job's object holds it eleven times over. */
const BODY = { connections: 15_000, segments: 28, payload: 512, snaplen: 100, concurrent: 200 }
const TIMES = 11
const OBJECT = 'worker-object.pcap'

/**
 * The engine in workerd itself (no development proxy in front): 90 MB bodies sent by one client one after the other, through the
 * service's own reader of bodies, and an object of 1 GB read as a job reads it.
 */
export async function benchWorker(folder: string): Promise<void> {
  const body = await makeInputs(folder)
  const [port, inspector] = [await freePort(), await freePort()]
  const runtime = await startRuntime(folder, port, inspector)
  try {
    const base = `http://127.0.0.1:${port}`
    await isReady(base)
    const heap = await watchHeap(inspector)
    const size = (body.length / 1e6).toFixed(0)
    console.log(
      `\nworker: ${REQUESTS} bodies of ${size} MB each way, wall time the client's, the quickest; an object of ${TIMES} times that, once`,
    )
    for (const [what, wanted] of [
      ['read', undefined],
      ['cut', 0.6],
      ['digest', 0.2],
    ] as const) {
      await report(runtime, heap, `${what}, uploads`, body.length, wanted, REQUESTS, () => send(`${base}/${what}`, body))
      await report(runtime, heap, `${what}, 1 GB object`, body.length * TIMES, wanted, 1, () => send(`${base}/${what}/${OBJECT}`))
    }
    await send(`${base}/digest?live`, body, () => heap.restart())
    goal('worker digest, uploads: isolate heap without garbage, the receipt held', heap.last / 1e6, 32, 'at most', ' MB')
  } finally {
    runtime.kill('SIGTERM')
    rmSync(join(folder, OBJECT))
  }
}

async function makeInputs(folder: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = join(folder, 'worker.pcap')
  writeTrackInput(file, BODY)
  const body = readFileSync(file)
  rmSync(file)
  const object = createWriteStream(join(folder, OBJECT))
  for (let i = 0; i < TIMES; i++) await new Promise((resolve) => object.write(i === 0 ? body : body.subarray(24), resolve))
  await new Promise((resolve) => object.end(resolve))
  return body
}

async function startRuntime(folder: string, port: number, inspector: number): Promise<ChildProcess> {
  const entryPoints = [join(root, 'infra/bench/worker-entry.ts')]
  await build({ entryPoints, bundle: true, minify: true, format: 'esm', outfile: join(folder, 'worker.js'), logLevel: 'error' })
  const config = join(folder, 'worker.capnp')
  writeFileSync(
    config,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ (name = "main", worker = .bench), (name = "files", disk = "${folder}") ],
  v8Flags = [ "--expose-gc" ],
  sockets = [ (name = "http", address = "127.0.0.1:${port}", http = (), service = "main") ]
);
const bench :Workerd.Worker = (
  modules = [ (name = "worker.js", esModule = embed "worker.js") ],
  compatibilityDate = "2026-10-01",
  bindings = [ (name = "FILES", service = "files") ]
);
`,
  )
  // wrangler's own copy: the path of the program, which the package names.
  const { default: program } = createRequire(import.meta.resolve('wrangler'))('workerd') as { default: string }
  return spawn(program, ['serve', `-i127.0.0.1:${inspector}`, config], { stdio: ['ignore', 'ignore', 'inherit'] })
}

async function report(
  runtime: ChildProcess,
  heap: Heap,
  name: string,
  bytes: number,
  wanted: number | undefined,
  times: number,
  ask: () => Promise<void>,
): Promise<void> {
  heap.restart()
  const before = cpuSeconds(runtime)
  let quickest = Number.POSITIVE_INFINITY
  for (let i = 0; i < times; i++) {
    const started = performance.now()
    await ask()
    quickest = Math.min(quickest, (performance.now() - started) / 1000)
  }
  const cpu = (cpuSeconds(runtime) - before) / ((times * bytes) / 1e9)
  const speed = bytes / 1e9 / quickest
  if (wanted === undefined)
    return console.log(`        ${name} and nothing else: ${speed.toFixed(2)} GB/s, ${cpu.toFixed(2)} s of CPU a GB`)
  goal(`worker ${name}`, speed, wanted, 'at least', ' GB/s')
  goal(`worker ${name}: CPU a GB`, cpu, 10, 'at most', ' s')
  goal(`worker ${name}: isolate heap`, heap.most / 1e6, 32, 'at most', ' MB')
}

/** One request, its body written as the socket takes it: fetch's own way of sending takes longer than the work that is measured. */
function send(url: string, body?: Uint8Array, onSent?: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = body ? { 'content-length': body.length } : {}
    const sent = request(url, { method: body ? 'POST' : 'GET', headers }, (answer) => {
      answer.resume().on('end', () => (answer.statusCode === 200 ? resolve() : reject(new Error(`${url}: ${answer.statusCode}`))))
    })
    sent.on('error', reject).on('finish', () => onSent?.())
    sent.end(body)
  })
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

async function isReady(url: string): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(url).catch(() => undefined)
    if (answer?.ok) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('workerd did not start in ten seconds')
}

/** User and system time of all its threads: ticks of 10 ms (Linux). */
function cpuSeconds({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

/** Bytes of the isolate's heap, typed arrays and garbage included: the most that was seen since the restart. */
interface Heap {
  readonly most: number
  /** At the last look. */
  readonly last: number
  restart(): void
}

/** The isolate's heap by the runtime's inspector, looked at whenever the isolate lets it. */
async function watchHeap(port: number): Promise<Heap> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json`)).json()) as { webSocketDebuggerUrl: string }[]
  // The runtime's inspector wants an Origin, which Node sets by an option that the DOM's WebSocket does not have.
  const socket: WebSocket = Reflect.construct(WebSocket, [targets[0]?.webSocketDebuggerUrl, { headers: { origin: 'http://localhost' } }])
  let most = 0
  let last = 0
  let id = 0
  socket.onmessage = ({ data }) => {
    const { result } = JSON.parse(String(data)) as { result?: { usedSize?: number; backingStorageSize?: number } }
    last = (result?.usedSize ?? 0) + (result?.backingStorageSize ?? 0)
    most = Math.max(most, last)
  }
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', () => reject(new Error('the inspector of the runtime cannot be reached')))
  })
  const ask = (): void => socket.send(JSON.stringify({ id: ++id, method: 'Runtime.getHeapUsage' }))
  setInterval(() => socket.readyState === WebSocket.OPEN && ask(), 10).unref()
  return {
    get most() {
      return most
    },
    get last() {
      return last
    },
    restart() {
      most = 0
    },
  }
}
