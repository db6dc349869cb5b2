import { cutCapture } from '../../src/core/capture/cut.ts'
import { cutUpload } from '../../src/core/intake/cut-upload.ts'
import { jsonPieces } from '../../src/core/intake/receipt-json.ts'
import { WORKER_LIMITS } from '../../src/core/tcp/tracker.ts'
import { bodyChunks } from '../../src/http/body.ts'
import { streamChunks } from '../../src/store/stream-chunks.ts'

/**
 * What the bench loads into the runtime. `POST /NAME` works on its body, `GET /NAME/FILE` on a file as a job does on an object: `read` only reads it,
 * `cut` cuts it to a second, `digest` takes it in as the service does and writes its receipt. Nothing is stored. With `?live` garbage is collected
 * while the receipt is held, and the answer waits until somebody can have looked.
 */
const WINDOW = { fromNs: 1_700_000_004_000_000_000n, toNs: 1_700_000_005_000_000_000n }

/** V8's, by its flag `--expose-gc`. */
declare const gc: () => void

interface Env {
  readonly FILES: { fetch(url: string): Promise<Response> }
}

// biome-ignore lint/style/noDefaultExport: the runtime looks for the handlers in the default export
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const [, what, file] = pathname.split('/')
    if (!what) return new Response('ready')
    const object = file ? (await env.FILES.fetch(`http://files/${file}`)).body : null
    const chunks = object ? streamChunks(object) : request.body && bodyChunks(request.body)
    if (!chunks) return new Response('nothing to read', { status: 400 })
    let bytes = 0
    const count = (piece: Uint8Array): void => {
      bytes += piece.length
    }
    if (what === 'read') for await (const chunk of chunks) count(chunk)
    else if (what === 'cut') await cutCapture(chunks, { window: WINDOW }, count)
    else {
      const cut = { window: WINDOW, scope: 'all', toolVersion: 'bench', by: 'service', trackerLimits: WORKER_LIMITS } as const
      const [receipt] = await cutUpload(chunks, 'bench.pcap', {}, cut, () => ({
        write: count,
        end: () => undefined,
        abort: () => undefined,
      }))
      if (searchParams.has('live')) {
        // Memory of typed arrays is given back after the collection that frees them, by another thread.
        for (let times = 0; times < 3; times++) {
          gc()
          await new Promise((resolve) => setTimeout(resolve, 200))
        }
      }
      for (const piece of jsonPieces(receipt)) count(piece)
    }
    return Response.json({ bytes })
  },
}
