import { beforeAll, describe, expect, it } from 'vitest'
import { openCase, putSample } from '../support/sample.ts'
import { TestService } from '../support/service.ts'

interface Ticket {
  readonly content: string | { readonly type: string }
  readonly links: { readonly report: string; readonly upload: string | null; readonly expiresAt: string }
  readonly requests: readonly {
    readonly purpose: string
    readonly method: string
    readonly path: string
    readonly headers: Record<string, string>
    readonly body: object | null
  }[]
}

const tokenOf = (url: string): string => new URLSearchParams(new URL(url).hash.slice(1)).get('token') ?? ''

interface Comment {
  readonly html_body: string
  readonly public: boolean
  readonly uploads: readonly string[]
}

/** As much of Zendesk as its documents say of these two calls: files get a token, which is good once, in a comment. */
class Zendesk {
  readonly comments: (Omit<Comment, 'uploads'> & { ticket: string; uploads: unknown[] })[] = []
  readonly #files = new Map<string, { filename: string | null; size: number }>()

  async answer(request: Request): Promise<{ upload?: { token: string } }> {
    const { pathname, searchParams } = new URL(request.url)
    if (request.method === 'POST' && pathname === '/api/v2/uploads.json') {
      const token = `token-${this.#files.size}`
      this.#files.set(token, { filename: searchParams.get('filename'), size: (await request.arrayBuffer()).byteLength })
      return { upload: { token } }
    }
    const ticket = /^\/api\/v2\/tickets\/(\d+)\.json$/.exec(pathname)?.[1]
    if (request.method !== 'PUT' || ticket === undefined) throw new Error(`no such call: ${request.method} ${pathname}`)
    const { comment } = ((await request.json()) as { ticket: { comment: Comment } }).ticket
    this.comments.push({ ...comment, ticket, uploads: comment.uploads.map((token) => this.#files.get(token)) })
    return {}
  }
}

describe('the ticket of a diagnosed case', () => {
  let service: TestService
  let id: string

  beforeAll(async () => {
    service = await TestService.start()
    id = await openCase(service, { ticket: { system: 'Zendesk', id: '35436' } })
    await putSample(service, id)
    await service.call('POST', `/v1/cases/${id}/diagnose`)
    await service.settle()
  })

  const write = (body?: object) => service.call<Ticket>('POST', `/v1/cases/${id}/ticket`, body)

  it.each([
    ['markdown', /^## The peer closed/],
    ['html', /^<h3>The peer closed/],
  ])('is written as %s', async (format, beginning) => expect((await write({ format })).body.content).toMatch(beginning))

  it('is written as ADF', async () => expect((await write({ format: 'adf' })).body.content).toMatchObject({ type: 'doc', version: 1 }))

  it('is Markdown without a body', async () => expect((await write()).body.content).toMatch(/^## /))

  it('has a report link that opens the report, and nothing else, until it expires', async () => {
    const { body } = await write({ format: 'html', expiresIn: 3600 })
    const key = tokenOf(body.links.report)
    expect((body.content as string).includes(body.links.report.replaceAll('&', '&amp;'))).toBe(true)
    expect((await service.call('GET', `/v1/cases/${id}/diagnosis`, undefined, { key })).status).toBe(200)
    expect((await service.call('GET', `/v1/cases/${id}/bundle`, undefined, { key })).status).toBe(403)
    expect(body.links.upload).toBeNull()
    service.clock = Date.parse(body.links.expiresAt)
    expect((await service.call('GET', `/v1/cases/${id}/diagnosis`, undefined, { key })).status).toBe(401)
  })

  it('comes with the requests for its own ticket', async () => {
    const { body } = await write()
    expect(body.requests).toMatchObject([
      { purpose: 'attach-bundle', path: `/api/v2/uploads.json?filename=hangup-${id}-r1.zip` },
      { purpose: 'add-note', path: '/api/v2/tickets/35436.json' },
    ])
  })

  it('sent in their order, the token put in, they leave one internal note with the whole bundle', async () => {
    const bundle = new Uint8Array(await (await service.fetch('GET', `/v1/cases/${id}/bundle`)).arrayBuffer())
    const desk = new Zendesk()
    let token = ''
    for (const request of (await write({ format: 'html' })).body.requests) {
      const body = request.body === null ? bundle : JSON.stringify(request.body).replaceAll('{upload.token}', token)
      const answer = await desk.answer(new Request(`https://acme.zendesk.example${request.path}`, { ...request, body }))
      if (request.purpose === 'attach-bundle') token = answer.upload?.token ?? ''
    }
    expect(desk.comments).toMatchObject([
      { ticket: '35436', public: false, uploads: [{ filename: `hangup-${id}-r1.zip`, size: bundle.length }] },
    ])
    expect(desk.comments[0]?.html_body).toContain('The peer closed while the host was still sending')
  })

  it('is in the audit trail', async () => {
    const { body } = await service.call<{ entries: { action: string }[] }>('GET', `/v1/cases/${id}/audit`)
    expect(JSON.stringify(body)).toContain('ticket.written')
  })
})

it('a ticket that only says M1556 gets what it means, and a link to send evidence by', async () => {
  const service = await TestService.start()
  const id = await openCase(service, { error: 'M1556' })
  await service.settle()
  const { body } = await service.call<Ticket>('POST', `/v1/cases/${id}/ticket`, { format: 'html' })
  expect(body.content).toMatch(/What would settle it.*Send files/s)
  const put = { body: 'not a capture', key: tokenOf(body.links.upload ?? '') }
  expect((await service.call<{ code: string }>('PUT', `/v1/cases/${id}/files/a.pcap`, undefined, put)).body.code).toBe('no-timestamps')
})

it('a case without a diagnosis has no ticket yet', async () => {
  const service = await TestService.start()
  const id = await openCase(service)
  expect(await service.call('POST', `/v1/cases/${id}/ticket`)).toMatchObject({ status: 409, body: { code: 'not-queued' } })
})
