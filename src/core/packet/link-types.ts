import type { LayerDecoder } from './decoder.ts'
import { decodeEthernet } from './ethernet.ts'
import {
  decodeEnc,
  decodeFddi,
  decodeFrameRelay,
  decodeIpnet,
  decodeLlcOrIp,
  decodeLoopback,
  decodeNflog,
  decodePflog,
  decodePktap,
  decodeTagged,
  decodeTokenRing,
} from './host-headers.ts'
import { decodeIp } from './ip.ts'
import { decodeCiscoHdlc, decodePpp, decodePppEther, decodePppWithDirection } from './ppp.ts'
import { decodeSll, decodeSll2 } from './sll.ts'
import { decodePpi, decodePrism, decodeRadiotap, decodeWifi } from './wireless.ts'

/**
 * Decoder of each LINKTYPE_ value (tcpdump.org registry). Several values stand for one format because old files carry the
 * writing system's own DLT_ number. What is not here is kept by the cut and counted as not decoded.
 */
export const LINK_TYPES: Readonly<Record<number, LayerDecoder>> = {
  0: decodeLoopback,
  1: decodeEthernet,
  6: decodeTokenRing,
  9: decodePpp,
  10: decodeFddi,
  11: decodeLlcOrIp, // DLT_ATM_RFC1483
  12: decodeIp, // DLT_RAW of most systems
  14: decodeIp, // DLT_RAW of OpenBSD
  18: decodePflog, // OpenBSD's old number
  19: decodeLlcOrIp, // DLT_ATM_CLIP
  50: decodePpp,
  51: decodePppEther,
  100: decodeLlcOrIp,
  101: decodeIp,
  104: decodeCiscoHdlc,
  105: decodeWifi,
  107: decodeFrameRelay,
  108: decodeLoopback,
  109: decodeEnc,
  113: decodeSll,
  117: decodePflog,
  119: decodePrism,
  127: decodeRadiotap,
  149: decodePktap, // DLT_USER2, which Apple used before it had a number
  163: decodePrism, // AVS
  192: decodePpi,
  204: decodePppWithDirection,
  226: decodeIpnet,
  228: decodeIp,
  229: decodeIp,
  239: decodeNflog,
  258: decodePktap,
  276: decodeSll2,
  281: decodeTagged(4), // Broadcom tag
  282: (packet, offset) => decodeEthernet(packet, offset + 4), // Broadcom tag in front
  284: decodeTagged(4), // DSA
  285: decodeTagged(8), // EDSA
}
