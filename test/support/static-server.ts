import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

export interface StaticServer {
  readonly url: string
  readonly close: () => Promise<void>
}

/** Serves a folder the way the platform's static assets do: `/` is `index.html`, pages go without `.html`, headers come from `_headers`. */
export async function serveFolder(folder: string): Promise<StaticServer> {
  const rules = parseHeaders(await readFile(join(folder, '_headers'), 'utf8'))
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const name = path === '/' ? 'index.html' : extname(path) === '' ? `${path.slice(1)}.html` : path.slice(1)
    const body = name.includes('..') ? undefined : await readFile(join(folder, name)).catch(() => undefined)
    if (!body) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', ...headersFor(path, rules) })
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the server has no port')
  return { url: `http://127.0.0.1:${address.port}`, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

interface Rule {
  readonly path: string
  readonly set: Record<string, string>
  readonly unset: string[]
}

function parseHeaders(text: string): Rule[] {
  const rules: Rule[] = []
  for (const line of text.split('\n')) {
    const [, unset, name, value = ''] = /^\s+(! )?([\w-]+)(?:: (.*))?$/.exec(line) ?? []
    const rule = rules.at(-1)
    if (!/^\s/.test(line) && line.trim()) rules.push({ path: line.trim(), set: {}, unset: [] })
    else if (rule && name && unset) rule.unset.push(name)
    else if (rule && name) rule.set[name] = value
  }
  return rules
}

function headersFor(path: string, rules: readonly Rule[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const rule of rules) {
    if (rule.path !== '/*' && rule.path !== path) continue
    for (const name of rule.unset) delete headers[name]
    Object.assign(headers, rule.set)
  }
  return headers
}
