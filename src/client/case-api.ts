import { Gzip } from 'fflate'
import type { Diagnosis } from '../core/diagnosis/schema.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import { jsonPieces } from '../core/intake/receipt-json.ts'
import type { SenderNames } from './cut-here.ts'
import { ServiceError, serviceError } from './service-error.ts'

/** A service and the right to use it: a tenant's key or the token of one case's link. */
export interface ServiceAccess {
  /** Origin, and a path where the service lives under one; no slash at the end. */
  readonly base: string
  readonly key: string
  readonly fetch: typeof fetch
}

export type CaseStatus = 'open' | 'queued' | 'diagnosing' | 'diagnosed' | 'failed'

/** The parts of a case (`GET /v1/cases/{id}`) that its sender reads. */
export interface CaseView {
  readonly id: string
  readonly status: CaseStatus
  readonly incidentAt: string
  readonly window: { readonly from: string; readonly to: string }
  readonly timezone: string | null
  readonly scope: 'all' | 'peers'
  readonly host: string | null
  /** `ip`, `ip:port` or `[ip]:port`. */
  readonly peer: string | null
  readonly error: string | null
  readonly ticket: { readonly system: string; readonly id: string } | null
  readonly privacy: {
    readonly payload: 'keep' | 'strip'
    readonly addresses: 'keep' | 'pseudonymise'
    readonly names: readonly string[]
    readonly domains: readonly string[]
  }
  readonly files: readonly SentFile[]
  readonly checklist: readonly ChecklistItem[]
  readonly progress: { readonly step: string; readonly percent: number } | null
  readonly failure: { readonly message: string; readonly advice: string } | null
  readonly verdict: { readonly headline: string } | null
}

/** Renamed addresses imply it: payload holds names too. */
export const stripsPayload = ({ privacy }: Pick<CaseView, 'privacy'>): boolean =>
  privacy.payload === 'strip' || privacy.addresses === 'pseudonymise'

export interface SentFile {
  readonly name: string
  readonly state: 'receiving' | 'stored' | 'rejected'
  readonly problem: { readonly code: string; readonly message: string; readonly advice: string } | null
}

export interface ChecklistItem {
  readonly ask: string
  readonly state: 'received' | 'outside-window' | 'unreadable' | 'missing'
  readonly file: string | null
  readonly says: string
}

/** What is known of a resumable upload. */
export interface UploadStatus {
  readonly partSize: number
  readonly received: readonly { readonly number: number; readonly size: number }[]
  readonly urls: readonly { readonly number: number; readonly url: string }[]
}

/** One call; JSON in and out. @throws {ServiceError} on any answer that is not 2xx, and when none comes */
export async function call<T>(access: ServiceAccess, method: string, path: string, body?: unknown, idempotencyKey?: string): Promise<T> {
  const headers: Record<string, string> = { authorization: `Bearer ${access.key}`, accept: 'application/json' }
  if (body !== undefined) headers['content-type'] = 'application/json'
  if (idempotencyKey !== undefined) headers['idempotency-key'] = idempotencyKey
  const answer = await send(access, path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) })
  return (await answer.json()) as T
}

/** One request to the service. @throws {ServiceError} on any answer that is not 2xx, and when none comes */
export async function send(access: ServiceAccess, path: string, init: RequestInit): Promise<Response> {
  const url = /^https?:/.test(path) ? path : `${access.base}${path}`
  let answer: Response
  try {
    answer = await access.fetch(url, init)
  } catch (error) {
    if (init.signal?.aborted) throw error
    throw new ServiceError('no-answer', `no answer from ${new URL(url).host}`, 0, undefined)
  }
  if (!answer.ok) throw await serviceError(answer)
  return answer
}

export const getCase = (access: ServiceAccess, id: string): Promise<CaseView> => call(access, 'GET', `/v1/cases/${id}`)

/** `idempotencyKey`: the same for each try, so that a lost answer opens no second case. */
export const openCase = (access: ServiceAccess, fields: Readonly<Record<string, unknown>>, idempotencyKey: string): Promise<CaseView> =>
  call(access, 'POST', '/v1/cases', fields, idempotencyKey)

export const startUpload = (
  access: ServiceAccess,
  id: string,
  file: { name: string; size: number; partSize: number; options: FileOptions },
): Promise<{ readonly uploadId: string; readonly partSize: number }> => call(access, 'POST', `/v1/cases/${id}/uploads`, file)

/** `from` is the first part whose URL is wanted. */
export const uploadStatus = (access: ServiceAccess, id: string, uploadId: string, from: number): Promise<UploadStatus> =>
  call(access, 'GET', `/v1/cases/${id}/uploads/${uploadId}?from=${from}`)

export const completeUpload = (access: ServiceAccess, id: string, uploadId: string): Promise<unknown> =>
  call(access, 'POST', `/v1/cases/${id}/uploads/${uploadId}/complete`)

/** Before the first file that was renamed here: with which map, and what the hints are called in it. */
export async function putNames(access: ServiceAccess, id: string, names: SenderNames): Promise<void> {
  const headers = { authorization: `Bearer ${access.key}`, 'content-type': 'application/json' }
  await send(access, `/v1/cases/${id}/pseudonyms`, { method: 'PUT', headers, body: JSON.stringify(names) })
}

/** The cut receipt of a file that is stored already. It is packed: a digest may have megabytes. */
export async function putReceipt(access: ServiceAccess, id: string, name: string, receipt: CutReceipt): Promise<void> {
  const headers = { authorization: `Bearer ${access.key}`, 'content-type': 'application/json' }
  const parts: Uint8Array[] = []
  const gzip = new Gzip((part) => void parts.push(part))
  for (const piece of jsonPieces(receipt)) gzip.push(piece.slice())
  gzip.push(new Uint8Array(), true)
  const body = new Blob(parts as BlobPart[])
  await send(access, `/v1/cases/${id}/files/${encodeURIComponent(name)}/digest`, { method: 'PUT', headers, body: body as BodyInit })
}

/** Sends one file whole, in one request. */
export async function putFile(
  access: ServiceAccess,
  id: string,
  name: string,
  options: FileOptions,
  body: Uint8Array,
  signal?: AbortSignal,
) {
  const query = new URLSearchParams()
  for (const [key, value] of Object.entries(options)) if (value !== undefined) query.set(key, String(value))
  const path = `/v1/cases/${id}/files/${encodeURIComponent(name)}${query.size ? `?${query}` : ''}`
  const headers = { authorization: `Bearer ${access.key}`, 'content-type': 'application/octet-stream' }
  await send(access, path, { method: 'PUT', headers, body: body as BodyInit, signal })
}

export const startDiagnosis = (access: ServiceAccess, id: string): Promise<{ readonly revision: number }> =>
  call(access, 'POST', `/v1/cases/${id}/diagnose`, {})

export const getDiagnosis = (access: ServiceAccess, id: string): Promise<Diagnosis> => call(access, 'GET', `/v1/cases/${id}/diagnosis`)
