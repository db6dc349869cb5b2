import { transportChecksum } from '../packet/checksum.ts'
import { type Packet, RST, SYN } from '../packet/packet.ts'
import { bump } from './live-connections.ts'
import { BAD_CHECKSUMS, GOOD_CHECKSUMS, LAST_MARKS, OFFLOADED_CHECKSUMS, PACKETS } from './live-layout.ts'

/** Whether a segment's checksum is wrong, and not for offload's sake; counts what it finds. `every`: looks at each whole segment. */
export function isDamaged(words: Int32Array, own: number, packet: Packet, every: boolean): boolean {
  // A segment that the capture cut cannot be summed.
  if (packet.payloadCaptured < packet.payloadLength) return false
  const packets = words[own + PACKETS] as number
  const isSampled = every || packets < 32 || (packets & 15) === 0 || (packet.flags & (SYN | RST)) !== 0 || words[own + LAST_MARKS] !== 0
  if (!isSampled) return false
  const status = transportChecksum(packet)
  if (status === 'ok') bump(words, own + GOOD_CHECKSUMS)
  else if (status === 'offloaded') bump(words, own + OFFLOADED_CHECKSUMS)
  else if (status === 'bad') {
    bump(words, own + BAD_CHECKSUMS)
    // Where none was right so far they say nothing: offload, or addresses that were rewritten in the file.
    return words[own + GOOD_CHECKSUMS] !== 0
  }
  return false
}
