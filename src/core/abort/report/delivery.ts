import type { Diagnosis } from '../../diagnosis/schema.ts'
import { FIN, isData, RST } from '../../tcp/segment.ts'
import type { Facts } from '../facts.ts'

/** What was sent, what was acknowledged, and whether the job may be printed again. Payload bytes, each counted once. */
export function deliveryOf(facts: Facts): NonNullable<Diagnosis['delivery']> {
  const { host, peer } = facts.trace
  const isn = host.sawSyn ? 1 : 0
  const sent = host.bytes
  const finAcked = facts.fins.host?.ackedBy !== undefined
  const acked = Math.max(0, Math.min(sent, host.acked - isn - (finAcked ? 1 : 0)))
  const allSent = facts.fins.host !== undefined
  const fullJobAcked = sent > 0 && acked >= sent && allSent
  const peerAnswered = facts.trace.segments.some((segment) => segment.from === 'peer' && isData(segment))
  return {
    hostBytesSent: sent,
    hostBytesAcked: acked,
    fullJobAcked,
    peerAnswered,
    says: inWords(facts, sent, acked, fullJobAcked, peer.packets > 0),
  }
}

const inWords = (facts: Facts, sent: number, acked: number, full: boolean, heard: boolean): string => {
  if (!heard && sent > 0) return 'the capture does not hold the other side: how much arrived is not known'
  if (sent === 0) return 'nothing was sent: the job can be sent again'
  if (full) return "the device's stack has the whole job: printing it again may print it twice"
  if (acked >= sent)
    return `all ${sent} bytes that were sent so far are with the device's stack; whether that was the whole job is not on the wire`
  const last = facts.trace.segments.some((s) => s.flags & (FIN | RST)) ? 'when the connection ended' : 'at the end of the capture'
  return `${sent - acked} of ${sent} bytes were not acknowledged ${last}: the device has at most a part of the job; look what was printed before sending it again`
}
