import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'

/** What goes wrong, once each: the part whose connection breaks, and the part whose URL has run out. */
export interface Trouble {
  breakAtPart?: number
  expireAtPart?: number
  failWith?: number
}

/** The resumable part of the service, over real HTTP: enough of the contract's table to send parts to. */
export class UploadService {
  readonly parts = new Map<number, Buffer>()
  readonly puts: number[] = []
  uploads = 0
  completed = false
  trouble: Trouble = {}
  private server: Server | undefined
  private size = 0
  private partSize = 0
  /** A port that is kept over a restart. */
  private port = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get received(): Buffer {
    return Buffer.concat([...this.parts.entries()].sort(([a], [b]) => a - b).map(([, bytes]) => bytes))
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => void this.answer(request, response))
    this.server = server
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve))
    const address = server.address()
    if (address !== null && typeof address === 'object') this.port = address.port
  }

  async stop(): Promise<void> {
    const { server } = this
    server?.closeAllConnections()
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://x')
    const json = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
    }
    if (request.method === 'PUT') return this.takePart(Number(pathname.split('/').at(-1)), request, response)
    const body = await bodyOf(request)
    if (pathname.endsWith('/uploads')) {
      const { size, partSize } = JSON.parse(body.toString())
      Object.assign(this, { size, partSize })
      this.uploads++
      return json(201, { uploadId: `u${this.uploads}`, partSize })
    }
    if (pathname.endsWith('/complete')) {
      this.completed = true
      return json(202, {})
    }
    if (!pathname.endsWith(`/u${this.uploads}`)) return json(404, { title: 'unknown upload', code: 'unknown-upload' })
    const from = Number(searchParams.get('from'))
    const count = Math.ceil(this.size / this.partSize)
    const urls = Array.from({ length: Math.min(3, count - from + 1) }, (_, i) => ({
      number: from + i,
      url: `${pathname}/parts/${from + i}`,
    }))
    const received = [...this.parts].map(([number, bytes]) => ({ number, size: bytes.length }))
    return json(200, { partSize: this.partSize, received, urls })
  }

  private async takePart(number: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.puts.push(number)
    if (this.trouble.breakAtPart === number) {
      this.trouble.breakAtPart = undefined
      request.once('data', () => request.socket.destroy())
      return
    }
    const bytes = await bodyOf(request)
    const status = this.trouble.failWith ?? (this.trouble.expireAtPart === number ? 403 : 200)
    if (status === 403) this.trouble.expireAtPart = undefined
    if (status === 200) this.parts.set(number, bytes)
    response.writeHead(status).end()
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}
