import type { Frame } from '../capture/frame.ts'
import { LINK_TYPES } from './link-types.ts'
import type { Packet } from './packet.ts'
import { decodePlainTcp } from './plain-tcp.ts'
import { decodeAggregate } from './wireless.ts'

const ETHERNET = 1

/**
 * Decodes one frame into the reused `packet`: link layer, tunnels, IP, transport headers. Never throws and never reads past
 * the captured bytes: what is cut off or unknown ends in `kind: 'none'` with `unknown` saying where.
 *
 * @returns whether anything was understood
 */
export function decode(frame: Frame, packet: Packet): boolean {
  if (frame.linkType === ETHERNET && decodePlainTcp(frame, packet)) return true
  packet.reset(frame)
  const decoder = LINK_TYPES[frame.linkType]
  return decoder === undefined ? packet.stop(`link type ${frame.linkType}`) : decoder(packet, frame.start)
}

/** The next frame of the same record, where `packet.nextSubframe` is not ABSENT (A-MSDU). @returns as `decode` */
export function decodeNext(frame: Frame, packet: Packet): boolean {
  const at = packet.nextSubframe
  packet.reset(frame)
  return decodeAggregate(packet, at)
}
