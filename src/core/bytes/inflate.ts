import { HuffmanCode } from './huffman.ts'

/** Bytes that a match may reach back (RFC 1951 §2). */
const WINDOW = 32_768
/** Bytes of output between two hand-overs. */
const SPACE = 131_072
const LONGEST_MATCH = 258
/** Bytes: no block header is longer (17 bits, 19 × 3, 316 × 14), and no symbol with its extra bits and what is read ahead. */
const LONGEST_HEADER = 640
const LONGEST_SYMBOL = 16
/** Bytes: 31 bits are held at most. */
const READ_AHEAD = 4

const LENGTH_BASE = Uint16Array.of(
  ...[3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258],
)
const LENGTH_EXTRA = Uint8Array.of(...[0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0])
const DISTANCE_BASE = Uint16Array.of(
  ...[1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193],
  ...[12_289, 16_385, 24_577],
)
const DISTANCE_EXTRA = Uint8Array.of(...[0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13])
/** Order in which the lengths of the code length code are stored. */
const ORDER = Uint8Array.of(16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)

const FIXED_LITERALS = new HuffmanCode()
FIXED_LITERALS.build(
  Uint8Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8)),
  0,
  288,
)
const FIXED_DISTANCES = new HuffmanCode()
FIXED_DISTANCES.build(new Uint8Array(32).fill(5), 0, 32)

/**
 * - `input`: feed more, or `finish`
 * - `output`: take `ready` and run on
 * - `end`: the stream is over; `rest` begins behind it
 * - `damaged`: what follows cannot be read; `cut-off`: the input ended inside the stream. All that was good is in `ready`
 */
export type InflateState = 'input' | 'output' | 'end' | 'damaged' | 'cut-off'

type Mode = 'header' | 'stored' | 'symbols' | 'end'

/**
 * Deflate (RFC 1951) as a stream, in 200 KB of memory whatever it unpacks to. Other decoders lose what they had unpacked when they
 * meet damage, or do not say where the stream ended; this one gives every byte up to the first that cannot be read.
 */
export class Inflater {
  #in = new Uint8Array(2 * LONGEST_HEADER)
  #position = 0
  #end = 0
  #isLast = false
  #hold = 0
  #held = 0
  readonly #out = new Uint8Array(WINDOW + SPACE)
  #from = 0
  #to = 0
  /** Where the stream's own history begins. */
  #oldest = 0
  #mode: Mode = 'header'
  #isLastBlock = false
  #stored = 0
  readonly #lengths = new Uint8Array(320)
  readonly #literalCode = new HuffmanCode()
  readonly #distanceCode = new HuffmanCode()
  #literals = FIXED_LITERALS
  #distances = FIXED_DISTANCES

  /** More input: copied. */
  feed(piece: Uint8Array): void {
    // Bytes that were read ahead may have to be given back.
    const start = Math.max(0, this.#position - READ_AHEAD)
    const left = this.#end - start
    const wanted = left + piece.length + LONGEST_HEADER
    const buffer = wanted > this.#in.length ? new Uint8Array(wanted * 2) : this.#in
    buffer.set(this.#in.subarray(start, this.#end))
    buffer.set(piece, left)
    this.#in = buffer
    this.#position -= start
    this.#end = left + piece.length
  }

  /** No more input comes. */
  finish(): void {
    this.#isLast = true
    this.#in.fill(0, this.#end)
  }

  /** Input that was not used yet: between streams only. */
  get rest(): Uint8Array {
    return this.#in.subarray(this.#position, this.#end)
  }

  /** Passes over bytes of `rest`. */
  skip(bytes: number): void {
    this.#position += bytes
  }

  /** A new stream begins with the next byte. */
  begin(): void {
    this.#mode = 'header'
    this.#isLastBlock = false
    this.#oldest = this.#to
  }

  /** Gives the stream up: `rest` begins close behind what could be read. */
  abandon(): void {
    this.#giveBack()
  }

  /** What the last run unpacked; valid until the next. */
  get ready(): Uint8Array {
    return this.#out.subarray(this.#from, this.#to)
  }

  run(): InflateState {
    if (this.#to > WINDOW + SPACE - LONGEST_MATCH) this.#slide()
    this.#from = this.#to
    for (;;) {
      const state = this.#step()
      if (state !== undefined) return state
    }
  }

  #step(): InflateState | undefined {
    if (this.#mode === 'symbols') return this.#symbols()
    if (this.#mode === 'stored') return this.#copyStored()
    if (this.#mode === 'header') return this.#header()
    this.#giveBack()
    return 'end'
  }

  /** Keeps the window only. */
  #slide(): void {
    this.#out.copyWithin(0, this.#to - WINDOW, this.#to)
    this.#oldest = Math.max(0, this.#oldest - (this.#to - WINDOW))
    this.#to = WINDOW
  }

  /** Whole bytes that were read ahead; the rest of a byte is passed over. */
  #giveBack(): void {
    this.#position -= this.#held >>> 3
    this.#hold = 0
    this.#held = 0
  }

  #bits(count: number): number {
    while (this.#held < count) {
      this.#hold |= (this.#in[this.#position++] ?? 0) << this.#held
      this.#held += 8
    }
    const value = this.#hold & ((1 << count) - 1)
    this.#hold >>>= count
    this.#held -= count
    return value
  }

  /** More bits were read than there are: zeros stood in for them. */
  #isBeyond(): boolean {
    return this.#position * 8 - this.#held > this.#end * 8
  }

  #header(): InflateState | undefined {
    if (!this.#isLast && this.#end - this.#position < LONGEST_HEADER) return 'input'
    const isLastBlock = this.#bits(1) === 1
    const type = this.#bits(2)
    const isSound = type === 0 ? this.#beginStored() : type === 1 ? this.#useFixed() : type === 2 && this.#readCodes()
    if (this.#isBeyond()) return 'cut-off'
    if (!isSound) return 'damaged'
    this.#isLastBlock = isLastBlock
    this.#mode = type === 0 ? 'stored' : 'symbols'
    return undefined
  }

  #beginStored(): boolean {
    this.#bits(this.#held & 7)
    this.#stored = this.#bits(16)
    const complement = this.#bits(16)
    this.#giveBack()
    return this.#stored === (~complement & 0xffff)
  }

  #copyStored(): InflateState | undefined {
    const take = Math.min(this.#stored, this.#end - this.#position, this.#out.length - this.#to)
    this.#out.set(this.#in.subarray(this.#position, this.#position + take), this.#to)
    this.#position += take
    this.#to += take
    this.#stored -= take
    if (this.#stored === 0) {
      this.#mode = this.#isLastBlock ? 'end' : 'header'
      return undefined
    }
    if (this.#to === this.#out.length) return 'output'
    return this.#isLast ? 'cut-off' : 'input'
  }

  #useFixed(): boolean {
    this.#literals = FIXED_LITERALS
    this.#distances = FIXED_DISTANCES
    return true
  }

  /** The two codes of a dynamic block (RFC 1951 §3.2.7). */
  #readCodes(): boolean {
    const literals = this.#bits(5) + 257
    const distances = this.#bits(5) + 1
    const count = this.#bits(4) + 4
    if (literals > 286 || distances > 30) return false
    const lengths = this.#lengths.fill(0)
    for (let i = 0; i < count; i++) lengths[ORDER[i] as number] = this.#bits(3)
    if (!this.#literalCode.build(lengths, 0, 19)) return false
    lengths.fill(0)
    for (let i = 0; i < literals + distances; ) {
      const next = this.#codeLengths(lengths, i)
      if (next < 0 || next > literals + distances) return false
      i = next
    }
    if (lengths[256] === 0) return false
    this.#literals = this.#literalCode
    this.#distances = this.#distanceCode
    return this.#literals.build(lengths, 0, literals) && this.#distances.build(lengths, literals, literals + distances)
  }

  /** One symbol of the code length code, from `at` on; returns the next place, −1 where there is no such code. */
  #codeLengths(lengths: Uint8Array, at: number): number {
    while (this.#held < 7) {
      this.#hold |= (this.#in[this.#position++] ?? 0) << this.#held
      this.#held += 8
    }
    const entry = this.#literalCode.fast[this.#hold & 1023] as number
    if (entry === 0) return -1
    this.#bits(entry & 15)
    const symbol = entry >>> 4
    if (symbol < 16) {
      lengths[at] = symbol
      return at + 1
    }
    if (symbol === 16 && at === 0) return -1
    const repeat = symbol === 16 ? 3 + this.#bits(2) : symbol === 17 ? 3 + this.#bits(3) : 11 + this.#bits(7)
    const end = Math.min(at + repeat, lengths.length)
    lengths.fill(symbol === 16 ? (lengths[at - 1] as number) : 0, at, end)
    return at + repeat
  }

  /** Literals and matches of one block: the hot loop, in one function so that its state stays in registers. `hold` has 31 bits at most, so that no sign gets in. */
  #symbols(): InflateState | undefined {
    const input = this.#in
    const out = this.#out
    const literals = this.#literals
    const distances = this.#distances
    const fast = literals.fast
    const fastDistance = distances.fast
    const end = this.#end
    const oldest = this.#oldest
    const lastStart = this.#isLast ? Number.MAX_SAFE_INTEGER : end - LONGEST_SYMBOL
    const lastPlace = out.length - LONGEST_MATCH
    let position = this.#position
    let hold = this.#hold
    let held = this.#held
    let to = this.#to
    let state: InflateState | undefined
    for (;;) {
      if (to > lastPlace) {
        state = 'output'
        break
      }
      if (position > lastStart) {
        state = 'input'
        break
      }
      if (held < 16) {
        hold |= ((input[position] as number) | ((input[position + 1] as number) << 8)) << held
        position += 2
        held += 16
      }
      let entry = fast[hold & 1023] as number
      if (entry === 0) entry = literals.slow(hold)
      const symbol = entry >>> 4
      hold >>>= entry & 15
      held -= entry & 15
      if (position > end && position * 8 - held > end * 8) {
        state = 'cut-off'
        break
      }
      if (symbol < 256) {
        out[to++] = symbol
        continue
      }
      if (symbol === 256) {
        this.#mode = this.#isLastBlock ? 'end' : 'header'
        break
      }
      if (symbol > 285) {
        state = 'damaged'
        break
      }
      if (held < 16) {
        hold |= ((input[position] as number) | ((input[position + 1] as number) << 8)) << held
        position += 2
        held += 16
      }
      let extra = LENGTH_EXTRA[symbol - 257] as number
      const length = (LENGTH_BASE[symbol - 257] as number) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      held -= extra
      if (held < 16) {
        hold |= ((input[position] as number) | ((input[position + 1] as number) << 8)) << held
        position += 2
        held += 16
      }
      entry = fastDistance[hold & 1023] as number
      if (entry === 0) entry = distances.slow(hold)
      const code = entry >>> 4
      if (code > 29) {
        state = position > end ? 'cut-off' : 'damaged'
        break
      }
      hold >>>= entry & 15
      held -= entry & 15
      if (held < 16) {
        hold |= ((input[position] as number) | ((input[position + 1] as number) << 8)) << held
        position += 2
        held += 16
      }
      extra = DISTANCE_EXTRA[code] as number
      const distance = (DISTANCE_BASE[code] as number) + (hold & ((1 << extra) - 1))
      hold >>>= extra
      held -= extra
      if (position > end && position * 8 - held > end * 8) {
        state = 'cut-off'
        break
      }
      if (distance > to - oldest) {
        state = 'damaged'
        break
      }
      to = copyMatch(out, to, distance, length)
    }
    this.#position = position
    this.#hold = hold
    this.#held = held
    this.#to = to
    return state
  }
}

/** Matches from this length on are worth a call that copies many bytes at once. */
const LONG_MATCH = 64

function copyMatch(out: Uint8Array, to: number, distance: number, length: number): number {
  const end = to + length
  if (length >= LONG_MATCH && distance >= length) {
    out.copyWithin(to, to - distance, end - distance)
    return end
  }
  if (length >= LONG_MATCH && distance === 1) {
    out.fill(out[to - 1] as number, to, end)
    return end
  }
  for (let at = to; at < end; at++) out[at] = out[at - distance] as number
  return end
}
