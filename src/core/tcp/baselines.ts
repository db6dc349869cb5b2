import { macText } from '../packet/address.ts'
import { ABSENT, type Packet } from '../packet/packet.ts'
import type { SideFacts } from './connection.ts'
import { type LiveSide, MACS_AT, MAX_MACS, RTT_AT, RTT_SAMPLES } from './live-side.ts'

const MAX_TTLS = 8
/** Steps of a host-wide IP-ID counter between two packets of one connection stay below this on all but the busiest hosts. */
export const SMALL_STEP = 1024

/** TTL of a packet without RST: a forged reset rarely has it. */
export function noteTtl(side: LiveSide, ttl: number): void {
  if (ttl === side.ttl) side.ttlCount++
  else noteOtherTtl(side, ttl)
}

function noteOtherTtl(side: LiveSide, ttl: number): void {
  if (side.ttlCount === 0) {
    side.ttl = ttl
    side.ttlCount = 1
    return
  }
  side.rare.otherTtls ??= []
  const others = side.rare.otherTtls
  for (let i = 0; i < others.length; i += 2) {
    if (others[i] === ttl) {
      others[i + 1] = (others[i + 1] ?? 0) + 1
      return
    }
  }
  if (others.length < 2 * (MAX_TTLS - 1)) others.push(ttl, 1)
}

export function ttlFacts(side: LiveSide): SideFacts['ttl'] {
  if (side.ttlCount === 0) return undefined
  if (side.rare.otherTtls === undefined) return { usual: side.ttl, share: 1, seen: [side.ttl] }
  const seen = new Map([[side.ttl, side.ttlCount]])
  const others = side.rare.otherTtls ?? []
  for (let i = 0; i < others.length; i += 2) seen.set(others[i] ?? 0, others[i + 1] ?? 0)
  const total = [...seen.values()].reduce((sum, count) => sum + count, 0)
  const [usual, count] = [...seen].reduce((best, entry) => (entry[1] > best[1] ? entry : best))
  return { usual, share: count / total, seen: [...seen.keys()] }
}

/** IPv4 identification, without resets (many stacks give those 0). */
export function noteIpId(side: LiveSide, ipId: number): void {
  if (ipId === ABSENT) return
  side.ipIdStep = 0
  if (ipId === 0) side.ipIdZeros++
  else if (side.ipId > 0) {
    const step = (ipId - side.ipId) & 0xffff
    side.ipIdStep = step
    if (step === 0) side.ipIdEqual++
    else if (step <= SMALL_STEP) side.ipIdSmallSteps++
    else side.ipIdJumps++
  }
  side.ipId = ipId
}

/**
 * Whether a packet left its sender before the one captured before it: 'earlier' or 'later' where the side counts its IP-IDs up,
 * 'unknown' elsewhere. What was only reordered on the way is earlier; what was sent again is later.
 */
export function sendingOrder(side: LiveSide): 'earlier' | 'later' | 'unknown' {
  const isCounting = side.ipIdSmallSteps >= 3 && side.ipIdSmallSteps > 4 * side.ipIdJumps
  if (!isCounting || side.ipIdStep === 0) return 'unknown'
  if (side.ipIdStep <= SMALL_STEP) return 'later'
  return side.ipIdStep >= 0x10000 - SMALL_STEP ? 'earlier' : 'unknown'
}

export function ipIdFacts(side: LiveSide): SideFacts['ipId'] {
  if (side.ipId === ABSENT) return side.packets > 0 ? 'absent' : 'unknown'
  const steps = side.ipIdSmallSteps + side.ipIdEqual + side.ipIdJumps
  if (side.ipIdZeros > 0 && side.ipIdZeros >= 2 * steps) return 'zero'
  if (steps < 2) return 'unknown'
  if (side.ipIdEqual - side.captureDuplicates > 0.8 * steps) return 'constant'
  return side.ipIdSmallSteps >= 0.7 * (steps - side.ipIdEqual) ? 'incrementing' : 'random'
}

/** Source MAC of a frame. */
export function noteMac(side: LiveSide, packet: Packet): void {
  const at = packet.sourceMac
  if (at === ABSENT) return
  const high = packet.view.getUint16(at)
  const low = packet.view.getInt32(at + 2)
  if (low === side.macLow && high === side.macHigh) return
  side.macHigh = high
  side.macLow = low
  const { words } = side
  const list = side.at + MACS_AT
  for (let i = 0; i < side.macCount; i++) if (words[list + 2 * i] === high && words[list + 2 * i + 1] === low) return
  if (side.macCount === MAX_MACS) return
  words[list + 2 * side.macCount] = high
  words[list + 2 * side.macCount + 1] = low
  side.macCount++
}

const scratch = new DataView(new ArrayBuffer(8))
const scratchBytes = new Uint8Array(scratch.buffer)

export function macFacts(side: LiveSide): string[] {
  const macs: string[] = []
  for (let i = 0; i < side.macCount; i++) {
    scratch.setUint16(0, side.words[side.at + MACS_AT + 2 * i] ?? 0)
    scratch.setInt32(2, side.words[side.at + MACS_AT + 2 * i + 1] ?? 0)
    macs.push(macText(scratchBytes, 0))
  }
  return macs
}

/** One round trip as the capture point saw it: from a segment to the acknowledgement that covers it. */
export function noteRtt(side: LiveSide, seconds: number): void {
  if (seconds < 0) return
  if (side.rttCount === 0 || seconds < side.rttMin) side.rttMin = seconds
  side.words[side.at + RTT_AT + (side.rttCount % RTT_SAMPLES)] = Math.min(seconds * 1e6, 0x7fffffff)
  side.rttCount++
}

const sorted = new Int32Array(RTT_SAMPLES)

/** Insertion sort: the array's own `sort` costs more than all else of a side's facts. */
function medianOf(side: LiveSide, kept: number): number {
  const start = side.at + RTT_AT
  for (let i = 0; i < kept; i++) {
    const sample = side.words[start + i] as number
    let place = i
    for (; place > 0 && (sorted[place - 1] as number) > sample; place--) sorted[place] = sorted[place - 1] as number
    sorted[place] = sample
  }
  return sorted[kept >> 1] as number
}

/** The median is that of the latest 15 samples, in whole microseconds. */
export function rttFacts(side: LiveSide): SideFacts['rtt'] {
  const kept = Math.min(side.rttCount, RTT_SAMPLES)
  if (kept === 0) return undefined
  const median = medianOf(side, kept) / 1e6
  return { min: side.rttMin, median: Math.max(side.rttMin, median), samples: side.rttCount }
}
