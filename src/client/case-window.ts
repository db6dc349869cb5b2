import { atOffset, readTime } from '../core/time/instant.ts'
import type { Window } from '../core/time/window.ts'
import type { CaseView } from './case-api.ts'

/** The case's window in the engine's form. @throws {Error} when the service states no times: it is not this service */
export function windowOf({ window }: Pick<CaseView, 'window'>): Window {
  return { fromNs: instantOf(window.from), toNs: instantOf(window.to) }
}

/** The case's other end, which the service writes `ip`, `ip:port` or `[ip]:port`. */
export function peerOf({ peer }: Pick<CaseView, 'peer'>): { readonly ip: string; readonly port: number | undefined } | undefined {
  if (peer === null) return undefined
  const [, inner, bare, port] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(peer) ?? []
  return { ip: inner ?? bare ?? peer, port: port === undefined ? undefined : Number(port) }
}

/** Nanoseconds since the epoch of a time the service states. @throws {Error} when it is none */
export function instantOf(text: string): bigint {
  const time = readTime(text)
  if (time?.offsetMinutes === undefined) throw new Error(`the service says "${text}", which is no instant`)
  return atOffset(time.localNs, time.offsetMinutes)
}
