/** A moment as captures store it: whole seconds since the Unix epoch (may be negative) and 0 … 999,999,999 nanoseconds. */
export interface Instant {
  readonly seconds: number
  readonly nanoseconds: number
}

export const instantToNs = (instant: Instant): bigint => BigInt(instant.seconds) * 1_000_000_000n + BigInt(instant.nanoseconds)

/** ISO 8601, UTC, nine fractional digits; undefined where no calendar holds it (a damaged stamp: year 10,000 and later). */
export function instantToIso({ seconds, nanoseconds }: Instant): string | undefined {
  const whole = new Date(seconds * 1000)
  if (Number.isNaN(whole.getTime()) || whole.getUTCFullYear() > 9999 || whole.getUTCFullYear() < 0) return undefined
  return `${whole.toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`
}

/** Something that is not as the format says. Nothing here names packet content. */
export interface DamageNote {
  readonly code: DamageCode
  /** Byte offset in the uncompressed file. */
  readonly offset: number
  /** Bytes that no packet was read from. */
  readonly bytesSkipped: number
  readonly says: string
}

export type DamageCode =
  | 'truncated'
  | 'skipped-garbage'
  | 'wrong-length'
  | 'second-file-header'
  | 'unknown-interface'
  | 'unusual-version'
  | 'limit-reached'

export interface InterfaceFacts {
  /** LINKTYPE_ value from the tcpdump.org registry, FCS bits removed. */
  readonly linkType: number
  /** Bytes; 0: no limit. */
  readonly snaplen: number
  /** Ticks a second: 1e6 for µs; 2^n for binary resolutions. */
  readonly ticksPerSecond: number
  /** pcapng `if_tsoffset`, seconds. */
  readonly offsetSeconds: number
  /** Bytes of frame check sequence at the end of each frame, where the file says so. */
  readonly fcsLength: number | undefined
  readonly name: string | undefined
  readonly frames: number
  /** Packets that the capturing machine says it lost (pcapng `isb_ifdrop` + `isb_osdrop`); undefined where it says nothing. */
  readonly drops: number | undefined
}

/** What a capture file is and how far it can be trusted. */
export interface CaptureSummary {
  readonly format: 'pcap' | 'pcapng'
  /** `modified`: the Kuznetzov variant of pcap, 24 bytes a record header. */
  readonly variant: 'standard' | 'modified'
  readonly byteOrder: 'little' | 'big' | 'mixed'
  readonly sections: number
  /** Uncompressed bytes read. */
  readonly bytes: number
  readonly frames: number
  /** Frames that carry no time stamp (pcapng simple packet blocks, packets of an unknown interface). */
  readonly framesWithoutTime: number
  /** Frames that the snaplen cut: captured length < original length. */
  readonly slicedFrames: number
  /** Earliest and latest stamp, whatever the order in the file; undefined without a dated frame. */
  readonly earliest: Instant | undefined
  readonly latest: Instant | undefined
  /** Frames older than one before them, and the longest way back. */
  readonly disorder: { readonly frames: number; readonly maxSeconds: number }
  readonly interfaces: readonly InterfaceFacts[]
  /** Distinct link types, in order of appearance. */
  readonly linkTypes: readonly number[]
  /** Packets lost before the capture, as far as the file says (interface statistics and per-packet drop counts). */
  readonly drops: number | undefined
  /** The first 50; `damageCount` is all. */
  readonly damage: readonly DamageNote[]
  readonly damageCount: number
  readonly bytesSkipped: number
}
