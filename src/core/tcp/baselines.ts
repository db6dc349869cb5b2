import { macText } from '../packet/address.ts'
import { ABSENT, type Packet } from '../packet/packet.ts'
import type { SideFacts } from './connection.ts'
import { bump, type LiveConnections } from './live-connections.ts'
import {
  CAPTURE_DUPLICATES,
  IP_ID,
  IP_ID_EQUAL,
  IP_ID_JUMPS,
  IP_ID_SMALL_STEPS,
  IP_ID_STEP,
  IP_ID_ZEROS,
  MAC_COUNT,
  MAC_HIGH,
  MAC_LOW,
  MACS,
  MAX_MACS,
  PACKETS,
  RTT_COUNT,
  RTT_MIN,
  RTT_SAMPLES,
  RTTS,
  TTL,
  TTL_COUNT,
} from './live-layout.ts'

const MAX_TTLS = 8
/** Steps of a host-wide IP-ID counter between two packets of one connection stay below this on all but the busiest hosts. */
const SMALL_STEP = 1024

/** TTL of a packet without RST: a forged reset rarely has it. */
export function noteTtl(live: LiveConnections, side: number, ttl: number): void {
  const { words } = live
  if (ttl === words[side + TTL]) bump(words, side + TTL_COUNT)
  else if (words[side + TTL_COUNT] === 0) {
    words[side + TTL] = ttl
    words[side + TTL_COUNT] = 1
  } else noteOtherTtl(live, side, ttl)
}

function noteOtherTtl(live: LiveConnections, side: number, ttl: number): void {
  const others = live.otherTtls.get(side) ?? []
  for (let i = 0; i < others.length; i += 2) {
    if (others[i] === ttl) {
      others[i + 1] = (others[i + 1] ?? 0) + 1
      return
    }
  }
  if (others.length < 2 * (MAX_TTLS - 1)) others.push(ttl, 1)
  live.otherTtls.set(side, others)
}

export function ttlFacts(live: LiveConnections, side: number): SideFacts['ttl'] {
  const first = live.words[side + TTL] as number
  const firstCount = live.words[side + TTL_COUNT] as number
  if (firstCount === 0) return undefined
  const others = live.otherTtls.get(side)
  if (others === undefined) return { usual: first, share: 1, seen: [first] }
  const seen = new Map([[first, firstCount]])
  for (let i = 0; i < others.length; i += 2) seen.set(others[i] ?? 0, others[i + 1] ?? 0)
  const total = [...seen.values()].reduce((sum, count) => sum + count, 0)
  const [usual, count] = [...seen].reduce((best, entry) => (entry[1] > best[1] ? entry : best))
  return { usual, share: count / total, seen: [...seen.keys()] }
}

/** IPv4 identification, without resets (many stacks give those 0). */
export function noteIpId(words: Int32Array, side: number, ipId: number): void {
  if (ipId === ABSENT) return
  const last = words[side + IP_ID] as number
  words[side + IP_ID] = ipId
  words[side + IP_ID_STEP] = 0
  if (ipId === 0) bump(words, side + IP_ID_ZEROS)
  else if (last > 0) {
    const step = (ipId - last) & 0xffff
    words[side + IP_ID_STEP] = step
    bump(words, side + (step === 0 ? IP_ID_EQUAL : step <= SMALL_STEP ? IP_ID_SMALL_STEPS : IP_ID_JUMPS))
  }
}

/**
 * Whether a packet left its sender before the one captured before it: 'earlier' or 'later' where the side counts its IP-IDs up,
 * 'unknown' elsewhere. What was only reordered on the way is earlier; what was sent again is later.
 */
export function sendingOrder(words: Int32Array, side: number): 'earlier' | 'later' | 'unknown' {
  const smallSteps = words[side + IP_ID_SMALL_STEPS] as number
  const step = words[side + IP_ID_STEP] as number
  const isCounting = smallSteps >= 3 && smallSteps > 4 * (words[side + IP_ID_JUMPS] as number)
  if (!isCounting || step === 0) return 'unknown'
  if (step <= SMALL_STEP) return 'later'
  return step >= 0x10000 - SMALL_STEP ? 'earlier' : 'unknown'
}

export function ipIdFacts(words: Int32Array, side: number): SideFacts['ipId'] {
  if (words[side + IP_ID] === ABSENT) return words[side + PACKETS] === 0 ? 'unknown' : 'absent'
  const smallSteps = words[side + IP_ID_SMALL_STEPS] as number
  const equal = words[side + IP_ID_EQUAL] as number
  const zeros = words[side + IP_ID_ZEROS] as number
  const steps = smallSteps + equal + (words[side + IP_ID_JUMPS] as number)
  if (zeros > 0 && zeros >= 2 * steps) return 'zero'
  if (steps < 2) return 'unknown'
  if (equal - (words[side + CAPTURE_DUPLICATES] as number) > 0.8 * steps) return 'constant'
  return smallSteps >= 0.7 * (steps - equal) ? 'incrementing' : 'random'
}

/** Source MAC of a frame. */
export function noteMac(words: Int32Array, side: number, packet: Packet): void {
  const at = packet.sourceMac
  if (at === ABSENT) return
  const high = packet.view.getUint16(at)
  const low = packet.view.getInt32(at + 2)
  if (low !== words[side + MAC_LOW] || high !== words[side + MAC_HIGH]) noteNewMac(words, side, high, low)
}

function noteNewMac(words: Int32Array, side: number, high: number, low: number): void {
  words[side + MAC_HIGH] = high
  words[side + MAC_LOW] = low
  const count = words[side + MAC_COUNT] as number
  const end = side + MACS + 2 * count
  for (let at = side + MACS; at < end; at += 2) if (words[at] === high && words[at + 1] === low) return
  if (count === MAX_MACS) return
  words[end] = high
  words[end + 1] = low
  words[side + MAC_COUNT] = count + 1
}

const scratch = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratch.buffer)

export function macFacts(words: Int32Array, side: number): string[] {
  const macs: string[] = []
  const count = words[side + MAC_COUNT] as number
  for (let i = 0; i < count; i++) {
    scratch.setUint16(0, words[side + MACS + 2 * i] as number)
    scratch.setInt32(2, words[side + MACS + 2 * i + 1] as number)
    macs.push(macText(scratchBytes, 0))
  }
  return macs
}

/** One round trip as the capture point saw it: from a segment to the acknowledgement that covers it. */
export function noteRtt(live: LiveConnections, side: number, seconds: number): void {
  if (seconds < 0) return
  const { words, doubles } = live
  const count = words[side + RTT_COUNT] as number
  const min = (side >> 1) + RTT_MIN
  if (count === 0 || seconds < (doubles[min] as number)) doubles[min] = seconds
  words[side + RTTS + (count % RTT_SAMPLES)] = Math.min(seconds * 1e6, 0x7fffffff)
  words[side + RTT_COUNT] = count + 1
}

const sorted = new Int32Array(RTT_SAMPLES)

/** Insertion sort: the array's own `sort` costs more than all else of a side's facts. */
function medianOf(words: Int32Array, start: number, kept: number): number {
  for (let i = 0; i < kept; i++) {
    const sample = words[start + i] as number
    let place = i
    for (; place > 0 && (sorted[place - 1] as number) > sample; place--) sorted[place] = sorted[place - 1] as number
    sorted[place] = sample
  }
  return sorted[kept >> 1] as number
}

/** The median is that of the latest 15 samples, in whole microseconds. */
export function rttFacts(live: LiveConnections, side: number): SideFacts['rtt'] {
  const samples = live.words[side + RTT_COUNT] as number
  if (samples === 0) return undefined
  const min = live.doubles[(side >> 1) + RTT_MIN] as number
  const median = medianOf(live.words, side + RTTS, Math.min(samples, RTT_SAMPLES)) / 1e6
  return { min, median: Math.max(min, median), samples }
}
