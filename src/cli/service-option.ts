import type { ServiceAccess } from '../client/case-api.ts'
import type { Arguments } from './arguments.ts'
import { UsageError } from './command.ts'

/** Where to send, and to which case: a service and a key, or the link that support gave. */
export interface Destination {
  readonly access: ServiceAccess
  /** Undefined: a new case is opened. */
  readonly caseId: string | undefined
}

/** @throws {UsageError} when `--to` is no address, or the key is missing */
export function readDestination(args: Arguments): Destination {
  const to = args.text('to')
  if (to === undefined) throw new UsageError('where to? Give --to https://hangup.example.com or the link that you were given')
  const url = URL.canParse(to) ? new URL(to) : undefined
  if (url?.protocol !== 'https:' && url?.protocol !== 'http:') throw new UsageError(`--to ${to}: this is no web address`)
  const link = new URLSearchParams(url.hash.slice(1))
  const key = args.text('key') ?? link.get('token') ?? process.env.HANGUP_KEY
  if (!key) throw new UsageError('which key? Give --key KEY, or set HANGUP_KEY')
  const base = `${url.origin}${url.pathname.replace(/\/$/, '')}`
  return { access: { base, key, fetch }, caseId: args.text('case') ?? link.get('case') ?? undefined }
}
