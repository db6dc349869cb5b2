import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })

/** `npm start` as a process of its own, with a folder of its own, that can be killed and started again. */
export class StartedService {
  readonly key = `dev_${'0123456789abcdef'.repeat(2)}`
  readonly url: string
  readonly #home = mkdtempSync(join(tmpdir(), 'hangup-started-'))
  readonly #port: number
  #child: ChildProcess | undefined

  private constructor(port: number) {
    this.#port = port
    this.url = `http://127.0.0.1:${port}`
  }

  static async start(): Promise<StartedService> {
    const service = new StartedService(await freePort())
    await service.start()
    return service
  }

  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(root, 'infra/start.ts')], {
      env: { ...process.env, PORT: String(this.#port), HANGUP_HOME: this.#home, HANGUP_DEV_KEY: this.key },
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true, // a process group of its own: it is killed with its children
    })
    this.#child = child
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    while (!said.includes('Stop with')) {
      if (child.exitCode !== null) throw new Error(`the service did not start: ${said}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  /** As `kill -9`, all of it at once: nothing is said goodbye to. */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || child.exitCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    process.kill(-child.pid, 'SIGKILL')
    await ended
  }

  async close(): Promise<void> {
    await this.kill()
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 })
  }

  /** With a body it is a POST. */
  async json<T>(path: string, body?: unknown): Promise<T> {
    const headers = { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' }
    const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }
    const answer = await fetch(`${this.url}${path}`, { headers, ...sent })
    if (!answer.ok) throw new Error(`${sent.method ?? 'GET'} ${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }
}
