import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Stands between a client and a service, counts the parts that pass, and can be cut off and put back. */
export class BreakableProxy {
  /** Part numbers whose PUT was answered with 200, in order. */
  readonly partsDone: number[] = []
  /** The part that is let begin and never end, until its connection breaks. */
  heldPart: number | undefined
  private onHeld: () => void = () => undefined
  private readonly target: URL
  private server: Server | undefined
  private port = 0

  constructor(target: string) {
    this.target = new URL(target)
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Resolves when the held part has begun to arrive. */
  held(part: number): Promise<void> {
    this.heldPart = part
    return new Promise((resolve) => {
      this.onHeld = resolve
    })
  }

  async open(): Promise<void> {
    const server = createServer((incoming, answer) => {
      const part = /\/parts\/(\d+)/.exec(incoming.url ?? '')?.[1]
      if (part && incoming.method === 'PUT') {
        if (this.heldPart === Number(part)) return this.onHeld()
      }
      const { hostname, port } = this.target
      const passed = request({ hostname, port, path: incoming.url, method: incoming.method, headers: incoming.headers }, (reply) => {
        if (part && incoming.method === 'PUT' && reply.statusCode === 200) this.partsDone.push(Number(part))
        answer.writeHead(reply.statusCode ?? 502, reply.headers)
        reply.pipe(answer)
      })
      passed.on('error', () => answer.destroy())
      incoming.on('error', () => passed.destroy())
      answer.on('close', () => passed.destroy())
      incoming.pipe(passed)
    })
    this.server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    this.port = (server.address() as AddressInfo).port
  }

  /** Every connection breaks, and nothing answers any more: a cable pulled, or a server killed. */
  async cutOff(): Promise<void> {
    const { server } = this
    this.server = undefined
    if (!server) return
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
}
