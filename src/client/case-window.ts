import { atOffset, readTime } from '../core/time/instant.ts'
import type { Window } from '../core/time/window.ts'
import type { CaseView } from './case-api.ts'

/** The case's window in the engine's form. @throws {Error} when the service states no times: it is not this service */
export function windowOf({ window }: Pick<CaseView, 'window'>): Window {
  return { fromNs: instantOf(window.from), toNs: instantOf(window.to) }
}

/** Nanoseconds since the epoch of a time the service states. @throws {Error} when it is none */
export function instantOf(text: string): bigint {
  const time = readTime(text)
  if (time?.offsetMinutes === undefined) throw new Error(`the service says "${text}", which is no instant`)
  return atOffset(time.localNs, time.offsetMinutes)
}
