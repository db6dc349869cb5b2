import type { LayerDecoder } from './decoder.ts'
import { decodeEthernet } from './ethernet.ts'
import { decodeIp } from './ip.ts'
import { decodeCiscoHdlc, decodePpp, decodePppWithDirection } from './ppp.ts'
import { decodeSll, decodeSll2 } from './sll.ts'

/**
 * Decoder of each LINKTYPE_ value (tcpdump.org registry). Several values stand for one format because old files carry the
 * writing system's own DLT_ number.
 */
export const LINK_TYPES: Readonly<Record<number, LayerDecoder>> = {
  1: decodeEthernet,
  9: decodePpp,
  12: decodeIp,
  14: decodeIp,
  50: decodePpp,
  101: decodeIp,
  104: decodeCiscoHdlc,
  113: decodeSll,
  204: decodePppWithDirection,
  228: decodeIp,
  229: decodeIp,
  276: decodeSll2,
}
