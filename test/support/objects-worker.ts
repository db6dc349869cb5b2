import type { R2Bucket } from '@cloudflare/workers-types'
import type { Objects } from '../../src/store/objects.ts'
import { R2Objects } from '../../src/store/r2-objects.ts'
import { S3Objects } from '../../src/store/s3-objects.ts'
import { streamChunks } from '../../src/store/stream-chunks.ts'

/** The adapters in the runtime they are for, one HTTP call a method: what `RemoteObjects` talks to. */
interface Env {
  readonly OBJECTS: R2Bucket
}

type Query = (name: string) => string

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    const query: Query = (name) => searchParams.get(name) ?? ''
    const settings = request.headers.get('s3-settings')
    const objects = settings === null ? new R2Objects(env.OBJECTS) : new S3Objects(JSON.parse(settings))
    try {
      return (await objectCall(objects, request, pathname, query)) ?? (await uploadCall(objects, request, pathname, query))
    } catch (error) {
      return new Response(String(error), { status: 500 })
    }
  },
}

async function objectCall(objects: Objects, request: Request, call: string, query: Query): Promise<Response | undefined> {
  if (call === '/writer') return write(objects, request, query)
  if (call === '/get') {
    const range = query('offset') === '' ? undefined : { offset: Number(query('offset')), length: Number(query('length')) || undefined }
    const found = await objects.get(query('key'), range)
    return found ? new Response(found.body, { headers: { 'x-size': String(found.size) } }) : new Response(null, { status: 404 })
  }
  if (call === '/size') return Response.json((await objects.size(query('key'))) ?? null)
  if (call === '/list') {
    const keys: string[] = []
    for await (const key of objects.list(query('prefix'))) keys.push(key)
    return Response.json(keys)
  }
  if (call === '/put') await objects.put(query('key'), new Uint8Array(await request.arrayBuffer()), 'text/plain')
  else if (call === '/delete') await objects.delete(await request.json())
  else return undefined
  return new Response('null')
}

async function write(objects: Objects, request: Request, query: Query): Promise<Response> {
  const writer = objects.writer(query('key'), 'application/octet-stream')
  if (request.body) for await (const chunk of streamChunks(request.body)) await writer.write(chunk)
  if (query('end') === 'close') return Response.json(await writer.close())
  await writer.abort()
  return new Response('null')
}

async function uploadCall({ uploads }: Objects, request: Request, call: string, query: Query): Promise<Response> {
  const [key, id, number] = [query('key'), query('id'), Number(query('number'))]
  if (call === '/create') return Response.json(await uploads.create(key))
  if (call === '/complete') await uploads.complete(key, id, await request.json())
  else if (call === '/abort') await uploads.abort(key, id)
  else if ('presign' in uploads) {
    if (call === '/parts') return Response.json((await uploads.list(key, id)) ?? null)
    return Response.json(await uploads.presign(key, id, number, Number(query('seconds')), Number(query('size')) || undefined))
  } else if (request.body) {
    const size = Number(request.headers.get('content-length'))
    return Response.json(await uploads.put(key, id, number, request.body, size))
  }
  return new Response('null')
}
