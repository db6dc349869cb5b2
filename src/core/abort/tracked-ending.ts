import type { DecisivePacket, SideFacts, TrackedConnection } from '../tcp/connection.ts'
import { RST } from '../tcp/segment.ts'
import type { Capture } from './captures/read-capture.ts'

/** How a connection ended, as far as the tracker can tell. */
export type Ending = 'refused' | 'no-answer' | 'reset' | 'stuck' | 'half-closed' | 'stalled' | 'closed' | 'alive'

export function endingOf(connection: TrackedConnection, host: SideFacts, peer: SideFacts): Ending {
  const synOnly = host.syns > 0 && host.packets <= host.syns + host.resets
  if (synOnly) return peer.resets > 0 ? 'refused' : 'no-answer'
  if (peer.packets === 0 || host.packets === 0) return host.fins + peer.fins > 0 ? 'closed' : 'stuck'
  const closed = host.fins > 0 && peer.fins > 0
  const firstReset = firstEndingReset(connection)
  const bothFinBefore = connection.decisive.filter((p) => p.flags & 1 && (!firstReset || p.at <= firstReset.at))
  const finsFrom = new Set(bothFinBefore.map((packet) => packet.from))
  if (firstReset && isLateAnswerRefused(connection, firstReset)) return 'half-closed'
  if (firstReset && isLettingGo(connection, firstReset)) return 'closed'
  const hadReset = host.resets > 0 || peer.resets > 0
  if (hadReset && !(closed && finsFrom.size === 2) && (firstReset || !connection.decisive.some(isReset))) return 'reset'
  const unacked = host.sentSeq > host.ackedSeq
  // A FIN that the peer repeats and the host never acknowledges closes nothing.
  if (closed && peer.sentSeq > peer.ackedSeq && peer.retransmissions >= 2 && peer.lastAt > host.lastAt) return 'half-closed'
  if (closed && (!unacked || host.retransmissions < 3)) return 'closed'
  if (unacked && host.lastAt > peer.lastAt && host.retransmissions > 0) return 'stuck'
  if (host.fins > 0 && host.retransmissions >= 2 && host.lastAt > peer.lastAt) return 'stuck'
  if (host.fins > 0 || peer.fins > 0) return 'half-closed'
  if (host.retransmissions >= 3 && host.lastAt >= (host.lastDataAt ?? 0) && lastIsRepeated(connection)) return 'stuck'
  if (host.keepAlives > peer.keepAliveAcks && host.lastAt > peer.lastAt) return 'stuck'
  if (peer.zeroWindows > 0 && lastWindowIsZero(connection)) return 'stalled'
  return 'alive'
}

const isReset = (packet: DecisivePacket): boolean => (packet.flags & RST) !== 0

/** The first RST that may have ended it: one before the SYN-ACK clears what an old connection had left behind (RFC 9293 §3.5.1). */
const firstEndingReset = ({ decisive }: TrackedConnection): DecisivePacket | undefined => {
  const answered = decisive.find(({ role }) => role === 'syn-ack')
  return decisive.find((packet) => isReset(packet) && !(answered && packet.at < answered.at))
}

/**
 * The RST of a side that had nothing to say any more: a monitor that opens a port and lets go without a byte, or a program that resets in
 * place of its FIN after the other side has closed and everything was acknowledged.
 */
function isLettingGo(connection: TrackedConnection, reset: DecisivePacket): boolean {
  const [own, other] = [connection[reset.from], connection[reset.from === 'originator' ? 'responder' : 'originator']]
  if (own.fins > 0 || other.resets > 0) return false
  const isProbe =
    reset.from === 'originator' && own.bytes + other.bytes === 0 && other.syns > 0 && connection.endedAt - connection.startedAt < 5
  const closed = connection.decisive.find(({ role, from }) => role === 'fin' && from !== reset.from)
  const isAllSaid = closed !== undefined && closed.at <= reset.at && own.ackedSeq >= own.sentSeq && (own.lastDataAt ?? 0) <= closed.at
  return isProbe || isAllSaid
}

/** An RST that answers what the other side sent long after this side's FIN had been acknowledged: the connection had been given up before. */
function isLateAnswerRefused(connection: TrackedConnection, reset: DecisivePacket): boolean {
  const fin = connection.decisive.find((packet) => packet.role === 'fin')
  return fin !== undefined && fin.from === reset.from && reset.at - fin.at > 5 && !(reset.flags & 16)
}

const lastIsRepeated = (connection: TrackedConnection): boolean => connection.decisive.at(-1)?.role === 'retransmission'

const lastWindowIsZero = (connection: TrackedConnection): boolean => {
  const zero = connection.decisive.findLast((packet) => packet.role === 'zero-window' || packet.role === 'zero-window-probe')
  const data = connection.decisive.findLast((packet) => packet.role === 'last-data')
  return zero !== undefined && (data === undefined || zero.at >= data.at)
}

/** The stack or the program notices at the RST, or some time after the last vain attempt. */
export function noticedAt(
  connection: TrackedConnection,
  ending: Ending,
  capture: Capture,
  host: SideFacts,
  peer: SideFacts,
): { from: number; to: number } {
  const last = connection.endedAt
  if (ending === 'reset' || ending === 'refused') {
    const reset = firstEndingReset(connection) ?? connection.decisive.find(isReset)
    const at = reset?.at ?? last
    return { from: at, to: at + 2 }
  }
  if (ending === 'closed' || ending === 'alive') return { from: last, to: ending === 'alive' ? Math.max(last, capture.until) : last }
  if (ending === 'half-closed') {
    const fin = connection.decisive.find((packet) => packet.role === 'fin')
    return { from: fin?.at ?? last, to: Math.max(last, (fin?.at ?? last) + 700) }
  }
  const tries = Math.max(1, host.lastAt - Math.max(peer.lastAt || 0, host.firstAt))
  const patience = ending === 'stalled' ? 900 : Math.max(3, 1.5 * tries)
  return { from: host.lastAt, to: Math.max(last, host.lastAt) + patience }
}
