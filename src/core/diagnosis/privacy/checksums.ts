/**
 * A one's complement checksum and the bytes it covers: [from, to), and the address fields of a pseudo-header in front of it. Offsets in
 * the frame's buffer.
 */
export interface Covered {
  /** Of the two checksum bytes. */
  readonly field: number
  readonly from: number
  readonly to: number
  /** Start and end of the addresses that the pseudo-header takes from the IP header; equal where there is none. */
  readonly pseudoFrom: number
  readonly pseudoTo: number
  /** UDP: 0 means "none", so none is made of none, and 0 is written as 0xffff. */
  readonly zeroIsAbsent: boolean
  /** The field holds the pseudo-header's sum for a network card to finish (offload): it is a sum, not its complement. */
  readonly isSeed: boolean
}

/**
 * Writes `bytes` at `at` and keeps every checksum over it as right or as wrong as it was (RFC 1624, equation 3: HC' = ~(~HC + ~m + m')),
 * without looking at what is not there.
 */
export function replaceBytes(view: DataView, at: number, bytes: Uint8Array, checksums: readonly Covered[]): void {
  for (const covered of checksums) {
    const inside = at >= covered.from && at < covered.to && at !== covered.field
    const inPseudo = at >= covered.pseudoFrom && at < covered.pseudoTo
    if (inside || inPseudo) updateChecksum(view, at, bytes, covered, inPseudo ? covered.pseudoFrom : covered.from)
  }
  for (const [i, byte] of bytes.entries()) view.setUint8(at + i, byte)
}

function updateChecksum(view: DataView, at: number, bytes: Uint8Array, covered: Covered, origin: number): void {
  const stored = view.getUint16(covered.field)
  if (stored === 0 && (covered.zeroIsAbsent || covered.isSeed)) return
  let sum = covered.isSeed ? stored : ~stored & 0xffff
  for (const [i, byte] of bytes.entries()) {
    const shift = (at + i - origin) % 2 === 0 ? 8 : 0
    sum += (~(view.getUint8(at + i) << shift) & 0xffff) + (byte << shift)
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  const updated = covered.isSeed ? sum : ~sum & 0xffff
  view.setUint16(covered.field, updated === 0 && covered.zeroIsAbsent ? 0xffff : updated)
}

/** The pseudo-header's folded sum (RFC 9293 §3.1, RFC 8200 §8.1): what a stack leaves in the field when the card computes the rest. */
export function pseudoSum(view: DataView, from: number, to: number, protocol: number, length: number): number {
  let sum = protocol + (length & 0xffff) + (length >>> 16)
  for (let at = from; at < to; at += 2) sum += view.getUint16(at)
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000)
  return sum
}
