import type { CaseView } from '../client/case-api.ts'
import { atOffset, readTime } from '../core/time/instant.ts'
import type { Window } from '../core/time/window.ts'

/** The case's window in the engine's form. @throws {Error} when the service states no times: it is not this service */
export function windowOf({ window }: Pick<CaseView, 'window'>): Window {
  return { fromNs: instant(window.from), toNs: instant(window.to) }
}

function instant(text: string): bigint {
  const time = readTime(text)
  if (time?.offsetMinutes === undefined) throw new Error(`the service's window holds "${text}", which is no instant`)
  return atOffset(time.localNs, time.offsetMinutes)
}
