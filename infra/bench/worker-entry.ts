import { cutCapture } from '../../src/core/capture/cut.ts'
import { cutUpload } from '../../src/core/intake/cut-upload.ts'
import { WORKER_LIMITS } from '../../src/core/tcp/tracker.ts'
import { streamChunks } from '../../src/store/stream-chunks.ts'

/** What the bench loads into the local runtime: `POST /cut` cuts its body to a second, `POST /digest` takes it in as the service does. Nothing is stored. */
const WINDOW = { fromNs: 1_700_000_004_000_000_000n, toNs: 1_700_000_005_000_000_000n }

// biome-ignore lint/style/noDefaultExport: the runtime looks for the handlers in the default export
export default {
  async fetch(request: Request): Promise<Response> {
    if (request.body === null) return new Response('ready')
    let kept = 0
    const count = (bytes: Uint8Array): void => {
      kept += bytes.length
    }
    if (new URL(request.url).pathname === '/cut') {
      await cutCapture(streamChunks(request.body), { window: WINDOW }, count)
      return Response.json({ kept, connections: 0 })
    }
    const cut = { window: WINDOW, scope: 'all', toolVersion: 'bench', by: 'service', trackerLimits: WORKER_LIMITS } as const
    const output = { write: count, end: () => undefined, abort: () => undefined }
    const [receipt] = await cutUpload(streamChunks(request.body), 'bench.pcap', {}, cut, () => output)
    return Response.json({ kept, connections: receipt?.flowDigest?.connections.length })
  },
}
