import { transportChecksum } from '../packet/checksum.ts'
import { type Packet, RST, SYN } from '../packet/packet.ts'
import type { LiveConnection } from './live-connection.ts'

/** Whether a segment's checksum is wrong, and not for offload's sake; counts what it finds. `every`: looks at each whole segment. */
export function isDamaged(live: LiveConnection, fromB: boolean, packet: Packet, every: boolean): boolean {
  // A segment that the capture cut cannot be summed.
  if (packet.payloadCaptured < packet.payloadLength) return false
  const own = fromB ? live.b : live.a
  const isSampled = every || own.packets < 32 || (own.packets & 15) === 0 || (packet.flags & (SYN | RST)) !== 0 || own.lastMarks !== 0
  if (!isSampled) return false
  const status = transportChecksum(packet)
  if (status === 'ok') own.goodChecksums++
  else if (status === 'offloaded') own.offloadedChecksums++
  else if (status === 'bad') {
    own.badChecksums++
    // Where none was right so far they say nothing: offload, or addresses that were rewritten in the file.
    return own.goodChecksums > 0
  }
  return false
}
