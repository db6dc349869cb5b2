import type { Chunks } from './chunks.ts'
import { crc32 } from './crc32.ts'
import type { DecompressionReport } from './decompress.ts'
import { Inflater } from './inflate.ts'

/** Bytes given to the decoder at once. */
const STEP = 65_536
const TRAILER = 8 // bytes: CRC-32 and length of what was unpacked
const TWO_32 = 4_294_967_296
/** Bytes: a header with longer names is damage. */
const LONGEST_HEADER = 200_000

/**
 * gunzip of any number of members (RFC 1952); zeros may follow the last one, as tapes and block devices add them. Everything that can
 * be read is passed on, also what is in front of damage, and what a wrong checksum makes doubtful; `report.damage` then says so.
 */
export async function* gunzip(chunks: Chunks, report: DecompressionReport): AsyncGenerator<Uint8Array> {
  const members = new GzipMembers(report)
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += STEP) {
      yield* members.read(chunk.subarray(at, at + STEP))
      if (report.damage !== undefined) return
    }
  }
  yield* members.read(undefined)
}

type Phase = 'header' | 'body' | 'trailer' | 'between' | 'over'

class GzipMembers {
  readonly #report: DecompressionReport
  readonly #inflater = new Inflater()
  #phase: Phase = 'header'
  #isLast = false
  #checksum = 0
  #length = 0
  /** Bytes of the gzip so far. */
  #fed = 0

  constructor(report: DecompressionReport) {
    this.#report = report
  }

  /** What `piece` unpacks to; undefined: nothing follows. Each result is valid until the next is asked for. */
  *read(piece: Uint8Array | undefined): Generator<Uint8Array> {
    if (piece === undefined) {
      this.#isLast = true
      this.#inflater.finish()
    } else {
      this.#inflater.feed(piece)
      this.#fed += piece.length
    }
    for (let phase: Phase | 'input' = this.#phase; phase !== 'input' && phase !== 'over'; ) {
      phase = phase === 'body' ? yield* this.#body() : this.#frame(phase)
      if (phase !== 'input') this.#phase = phase
    }
  }

  #frame(phase: Exclude<Phase, 'body'>): Phase | 'input' {
    if (phase === 'header') return this.#header()
    return phase === 'trailer' ? this.#trailer() : this.#between()
  }

  #header(): Phase | 'input' {
    const { rest } = this.#inflater
    const length = headerLength(rest)
    if (length === undefined && rest.length < LONGEST_HEADER) return this.#isLast ? this.#truncated('in its header') : 'input'
    if (length === undefined || length < 0) return this.#damaged('its header is none of RFC 1952')
    this.#inflater.skip(length)
    this.#inflater.begin()
    this.#checksum = 0
    this.#length = 0
    return 'body'
  }

  *#body(): Generator<Uint8Array, Phase | 'input'> {
    for (;;) {
      const state = this.#inflater.run()
      const { ready } = this.#inflater
      if (ready.length > 0) {
        this.#checksum = crc32(ready, this.#checksum)
        this.#length = (this.#length + ready.length) % TWO_32
        yield ready
      }
      if (state === 'input') return 'input'
      if (state === 'end') return 'trailer'
      if (state === 'cut-off') return this.#truncated('in its data')
      if (state === 'damaged') return this.#damaged('its data cannot be unpacked from there on')
    }
  }

  #trailer(): Phase | 'input' {
    const { rest } = this.#inflater
    if (rest.length < TRAILER) return this.#isLast ? this.#truncated('in the checksum at its end') : 'input'
    const view = new DataView(rest.buffer, rest.byteOffset, TRAILER)
    if (view.getUint32(0, true) !== this.#checksum) return this.#damaged('its checksum (CRC-32) does not fit what it holds')
    if (view.getUint32(4, true) !== this.#length) return this.#damaged('the length at its end does not fit what it holds')
    this.#inflater.skip(TRAILER)
    return 'between'
  }

  /** Another member, zeros to the end, or rubbish. */
  #between(): Phase | 'input' {
    const { rest } = this.#inflater
    const zeros = rest.findIndex((byte) => byte !== 0)
    if (zeros !== 0) this.#inflater.skip(zeros < 0 ? rest.length : zeros)
    const [first, second] = this.#inflater.rest
    if (first === undefined || (first === 0x1f && second === undefined)) return this.#isLast ? this.#endOf(first) : 'input'
    return first === 0x1f && second === 0x8b ? 'header' : this.#damaged('what follows its end is no gzip')
  }

  #endOf(first: number | undefined): Phase {
    return first === undefined ? 'over' : this.#damaged('what follows its end is no gzip')
  }

  #truncated(where: string): Phase {
    const says = `the gzip is cut off ${where}: it ends after ${this.#fed} bytes, and the ${this.#report.bytesOut} unpacked from them were read`
    this.#report.damage = { code: 'gzip-truncated', says }
    return 'over'
  }

  #damaged(why: string): Phase {
    const at = this.#fed - this.#inflater.rest.length
    const says = `the gzip is damaged near byte ${at}: ${why}; the ${this.#report.bytesOut} bytes unpacked in front of it were read`
    this.#report.damage = { code: 'gzip-damaged', says }
    return 'over'
  }
}

const FLAG = { headerChecksum: 2, extra: 4, name: 8, comment: 16, reserved: 0xe0 } as const

/** Bytes of the member header at the start of `bytes`; undefined where more are needed, −1 where it is none (RFC 1952 §2.3). */
function headerLength(bytes: Uint8Array): number | undefined {
  if (bytes.length < 10) return undefined
  const flags = bytes[3] as number
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b || bytes[2] !== 8 || flags & FLAG.reserved) return -1
  let at = 10
  if (flags & FLAG.extra) {
    if (bytes.length < at + 2) return undefined
    at += 2 + ((bytes[at] as number) | ((bytes[at + 1] as number) << 8))
  }
  for (const flag of [FLAG.name, FLAG.comment]) {
    if (!(flags & flag)) continue
    const end = bytes.indexOf(0, at)
    if (end < 0) return undefined
    at = end + 1
  }
  if (flags & FLAG.headerChecksum) at += 2
  return at <= bytes.length ? at : undefined
}
