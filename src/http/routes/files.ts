import { z } from 'zod'
import { Refusal } from '../../cases/errors.ts'
import { takeClientReceipt, wholeReceipts } from '../../cases/receipts.ts'
import { takeIn } from '../../cases/take-in.ts'
import { FileView, viewFile } from '../../cases/view.ts'
import { CutReceipt, FileOptions } from '../../core/intake/receipt.ts'
import { jsonPieces } from '../../core/intake/receipt-json.ts'
import { bodyChunks } from '../body.ts'
import { FILE_PROBLEMS } from '../problem.ts'
import { answerJson, type Route, route, streamJson } from '../route.ts'
import { FileParams } from '../schemas.ts'
import { throughGate } from '../upload-gate.ts'

/** A file just stored: with its whole cut receipts, digests included. */
export const StoredFile = FileView.extend({ receipt: CutReceipt.nullable(), receipts: z.array(CutReceipt) })

const put = route({
  method: 'PUT',
  path: '/v1/cases/{id}/files/{name}',
  id: 'putFile',
  tag: 'Files',
  summary: 'Streams one capture or log into the case, cut as it passes.',
  description:
    'gzip too. Nothing inside the window is no error: `kept` is 0 and a warning says by how much it missed. A second PUT of the same name replaces the first; after a diagnosis the case is then `stale`.',
  access: ['cases:write', 'link:upload'],
  params: FileParams,
  query: FileOptions,
  body: { kind: 'stream', mediaTypes: ['application/octet-stream'], description: 'The capture or log, any content type.' },
  answers: { 201: { description: 'Stored, with its cut receipt.', content: { 'application/json': StoredFile } } },
  problems: [
    'conflict',
    ...FILE_PROBLEMS,
    ...(['bad-name', 'empty-body', 'body-incomplete', 'too-large', 'unknown-case', 'unknown-upload', 'deleted'] as const),
    ...(['too-many-files', 'uploads-in-progress', 'quota-exceeded', 'busy'] as const),
  ],
  handle: async ({ deps, principal, params, query, request }) =>
    throughGate(async () => {
      if (!request.body) throw new Refusal('empty-body', 'the body is empty', 'Send the file as the body of the request.')
      const length = request.headers.get('content-length')
      const declaredSize = length === null ? undefined : Number(length)
      if (declaredSize === 0) throw new Refusal('empty-body', 'the body is empty', 'Send the file as the body of the request.')
      const body = bodyChunks(request.body)
      const { file, receipts } = await takeIn(deps, principal, { caseId: params.id, name: params.name, options: query, body, declaredSize })
      return streamJson(jsonPieces({ ...viewFile(file), receipt: receipts[0] ?? null, receipts }), 201)
    }),
})

const getReceipt = route({
  method: 'GET',
  path: '/v1/cases/{id}/files/{name}/receipt',
  id: 'getReceipt',
  tag: 'Files',
  summary: "The file's whole cut receipts, digests included.",
  access: ['cases:read', 'link:bundle'],
  params: FileParams,
  answers: { 200: { description: 'One for each evidence file.', content: { 'application/json': z.array(CutReceipt) } } },
  problems: ['unknown-case', 'unknown-file', 'deleted'],
  handle: async ({ deps, principal, params }) => streamJson(await wholeReceipts(deps, principal, params.id, params.name)),
})

const putDigest = route({
  method: 'PUT',
  path: '/v1/cases/{id}/files/{name}/digest',
  id: 'putDigest',
  tag: 'Files',
  summary: 'The cut receipt of a file that was cut elsewhere.',
  description: 'Sent after the file by the page and the command line. At most 4 MB compressed (`Content-Encoding: gzip`) and 16 MB raw.',
  access: ['cases:write', 'link:upload'],
  params: FileParams,
  body: { kind: 'stream', mediaTypes: ['application/json'], description: 'A cut receipt; gzip accepted.' },
  answers: { 201: { description: 'Taken, marked `by: client`.', content: { 'application/json': FileView } } },
  problems: [
    ...(['bad-receipt', 'empty-body', 'body-incomplete', 'too-large', 'unknown-case', 'unknown-file', 'deleted', 'busy'] as const),
    ...(['conflict', 'uploads-in-progress'] as const),
  ],
  handle: async ({ deps, principal, params, request }) =>
    throughGate(async () => {
      if (!request.body) throw new Refusal('empty-body', 'the body is empty', 'Send the cut receipt as JSON.')
      const file = await takeClientReceipt(deps, principal, params.id, params.name, bodyChunks(request.body))
      return answerJson(viewFile(file), 201)
    }),
})

export const FILE_ROUTES: readonly Route[] = [put, getReceipt, putDigest]
