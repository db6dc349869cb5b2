import { SYN } from '../../tcp/segment.ts'
import { isSynAck } from '../ending.ts'
import { type Facts, observedUntil, seconds } from '../facts.ts'
import { type AbortRule, NOTHING, weigh } from '../rule.ts'

const synsOf = (facts: Facts) =>
  facts.trace.segments.filter((segment) => segment.from === 'host' && segment.kind === 'syn' && !segment.copy)

/** The peer's address answers the SYN with RST: nothing listens there, or a filter refuses. */
export const synRefused: AbortRule = {
  id: 'syn-refused',
  source: 'RFC 9293 §3.10.7.1, §3.5.2 (group 1)',
  judge(facts) {
    if (facts.established) return NOTHING
    const syns = synsOf(facts)
    const reset = facts.resets.find((candidate) => candidate.from === 'peer')?.segment
    if (!syns[0] || !reset) return NOTHING
    const synAck = facts.trace.segments.find((segment) => segment.from === 'peer' && isSynAck(segment))
    const refs = [syns.at(-1), reset]
    if (!synAck) return [weigh('connect-refused', 5, `the SYN was answered by an RST from ${facts.peer.ip}`, refs)]
    return [
      weigh('middlebox-reset', 6, `the SYN was answered by an RST, and by a SYN-ACK of the peer as well: the port was open`, [
        reset,
        synAck,
      ]),
      weigh('connect-refused', 1.5, `the SYN was answered by an RST from ${facts.peer.ip}`, refs),
    ]
  },
}

/** SYNs go out and nothing comes back. */
export const synUnanswered: AbortRule = {
  id: 'syn-unanswered',
  source: 'RFC 9293 §3.8.1, RFC 6298 §5.7; retry counts: Linux ip-sysctl, Windows netsh int tcp show global',
  judge(facts) {
    if (facts.established || facts.resets.some((reset) => reset.from === 'peer')) return NOTHING
    const syns = synsOf(facts)
    const [first, last] = [syns[0], syns.at(-1)]
    if (!first || !last) return NOTHING
    const synAcks = facts.trace.segments.filter((segment) => segment.from === 'peer' && isSynAck(segment) && !segment.copy)
    const waited = observedUntil(facts) - last.at
    if (synAcks.length > 0) {
      const repeated = syns.length >= 2 || synAcks.length >= 3
      return repeated
        ? [
            weigh(
              'connect-timeout',
              4.5,
              `the peer answered with SYN-ACK (${synAcks.length} times), but the host went on sending SYN and never acknowledged: the answers get lost on the way back`,
              [last, synAcks.at(-1)],
            ),
          ]
        : NOTHING
    }
    const weight = syns.length >= 3 ? 5 : syns.length === 2 ? 4 : waited > 2.5 ? 2.5 : 0.5
    return [
      weigh(
        'connect-timeout',
        weight,
        `${syns.length} SYN${syns.length > 1 ? `s in ${seconds(last.at - first.at)}` : ''}, and no answer of any kind from ${facts.peer.ip}`,
        [first, last],
      ),
    ]
  },
}

/** A connection that opened is no failed connect. */
export const handshakeCompleted: AbortRule = {
  id: 'handshake-completed',
  source: 'RFC 9293 §3.5',
  judge(facts) {
    const opened = facts.trace.segments.find((segment) => segment.from === 'host' && !(segment.flags & SYN))
    if (!facts.established || !opened) return NOTHING
    return [
      weigh('connect-timeout', -6, 'the connection had been opened', [opened]),
      weigh('connect-refused', -6, 'the connection had been opened', [opened]),
    ]
  },
}
