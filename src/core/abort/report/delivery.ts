import { isPrintPort } from '../../diagnosis/print-ports.ts'
import type { Diagnosis } from '../../diagnosis/schema.ts'
import { FIN, isData, RST } from '../../tcp/segment.ts'
import type { Facts } from '../facts.ts'

type Delivery = NonNullable<Diagnosis['delivery']>

/** What was sent, what was acknowledged, and whether the job may be printed again. Payload bytes, each counted once. */
export function deliveryOf(facts: Facts): Delivery {
  const { host } = facts.trace
  const isn = host.sawSyn ? 1 : 0
  const sent = Math.max(host.bytes, damagedReach(facts) - isn)
  const finAcked = facts.fins.host?.ackedBy !== undefined
  const acked = Math.max(0, Math.min(sent, host.acked - isn - (finAcked ? 1 : 0)))
  const allSent = facts.fins.host !== undefined
  const fullJobAcked = sent > 0 && acked >= sent && allSent
  return {
    hostBytesSent: sent,
    hostBytesAcked: acked,
    fullJobAcked,
    peerAnswered: facts.trace.segments.some((segment) => segment.from === 'peer' && isData(segment)),
    ...repeatable(facts, sent, acked, fullJobAcked),
  }
}

/** Where the host's damaged segments end: they were sent too, though nobody counts them as bytes that passed. */
const damagedReach = ({ trace }: Facts): number =>
  trace.segments.reduce((most, one) => (one.damaged && one.from === 'host' && isData(one) ? Math.max(most, one.seq + one.length) : most), 0)

/** Only where nothing was sent is repeating safe: that nothing was acknowledged does not prove that nothing arrived. */
function repeatable(facts: Facts, sent: number, acked: number, full: boolean): Pick<Delivery, 'mayRepeat' | 'says'> {
  const { quality, trace } = facts
  if (sent === 0 && quality.startsMidStream)
    return { mayRepeat: 'not-known', says: 'the capture begins in the middle of the connection: what was sent before is not known' }
  if (quality.oneSided === 'peer' || (trace.peer.packets === 0 && sent > 0))
    return { mayRepeat: 'not-known', says: 'the capture does not hold the other side: how much arrived is not known' }
  if (sent === 0) return { mayRepeat: 'yes', says: 'nothing of it was sent' }
  return { mayRepeat: 'look-first', says: whatArrived(facts, sent, acked, full) }
}

const whatArrived = (facts: Facts, sent: number, acked: number, full: boolean): string => {
  const all = sent.toLocaleString('en-US')
  const isPrint = isPrintPort(facts.peer.port)
  const what = isPrint ? 'job' : 'request'
  if (full)
    return `the device has received the whole ${what}: ${isPrint ? 'printing it again may print it twice' : 'sending it again may do it twice'}`
  if (acked >= sent)
    return `the device has received all ${all} bytes ${facts.quality.startsMidStream ? 'that the capture holds' : 'that were sent so far'}; whether that was the whole ${what} cannot be seen on the network`
  if (acked === 0) return `the device confirmed none of the ${all} bytes that were sent: probably it has nothing of the ${what}`
  const last = facts.trace.segments.some((s) => s.flags & (FIN | RST)) ? 'when the connection ended' : 'at the end of the capture'
  return `${(sent - acked).toLocaleString('en-US')} of ${all} bytes were not confirmed ${last}: the device may have a part of the ${what}`
}
