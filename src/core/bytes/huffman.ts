/** Bits that one look into the table decodes; longer codes are rare (less than one in 2^10) and walked bit by bit. */
const FAST_BITS = 10
const LONGEST = 15

/** One Huffman code of deflate (RFC 1951 §3.2.2), made anew for each block in the same memory. */
export class HuffmanCode {
  /** By the next 10 bits: symbol << 4 | length of its code; 0: a longer code, or none. */
  readonly fast = new Uint16Array(1 << FAST_BITS)
  readonly #counts = new Uint16Array(LONGEST + 1)
  readonly #symbols = new Uint16Array(288)
  readonly #next = new Uint16Array(LONGEST + 1)

  /**
   * Makes the code of `lengths[from, to)`.
   *
   * @returns false where they make none: more codes than fit, or fewer than a decoder can meet (a single code of one bit excepted, as zlib)
   */
  build(lengths: Uint8Array, from: number, to: number): boolean {
    const counts = this.#counts.fill(0)
    for (let i = from; i < to; i++) counts[lengths[i] as number] = (counts[lengths[i] as number] as number) + 1
    const codes = to - from - (counts[0] as number)
    counts[0] = 0
    let left = 1
    let offset = 0
    for (let length = 1; length <= LONGEST; length++) {
      left = left * 2 - (counts[length] as number)
      if (left < 0) return false
      this.#next[length] = offset
      offset += counts[length] as number
    }
    if (left > 0 && codes > 0 && !(codes === 1 && counts[1] === 1)) return false
    for (let i = from; i < to; i++) {
      const length = lengths[i] as number
      if (length > 0) this.#symbols[this.#place(length)] = i - from
    }
    this.#fill()
    return true
  }

  #place(length: number): number {
    const place = this.#next[length] as number
    this.#next[length] = place + 1
    return place
  }

  #fill(): void {
    const { fast } = this
    fast.fill(0)
    let code = 0
    let index = 0
    for (let length = 1; length <= FAST_BITS; length++) {
      for (let n = this.#counts[length] as number; n > 0; n--) {
        const entry = ((this.#symbols[index++] as number) << 4) | length
        for (let at = reversed(code++, length); at < fast.length; at += 1 << length) fast[at] = entry
      }
      code <<= 1
    }
  }

  /** As `fast`, for any code, by the next 15 bits; −1: no code begins so. */
  slow(bits: number): number {
    let code = 0
    let first = 0
    let index = 0
    for (let length = 1; length <= LONGEST; length++) {
      code |= (bits >>> (length - 1)) & 1
      const count = this.#counts[length] as number
      if (code - first < count) return ((this.#symbols[index + code - first] as number) << 4) | length
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return -1
  }
}

/** Codes are packed from their most significant bit on, everything else from the least (RFC 1951 §3.1.1). */
function reversed(code: number, length: number): number {
  let result = 0
  for (let bit = 0; bit < length; bit++) result |= ((code >>> bit) & 1) << (length - 1 - bit)
  return result
}
