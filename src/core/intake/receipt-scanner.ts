const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d]

/** Bytes of one connection's JSON, and of everything else in a receipt; nesting. More is no receipt of ours. */
const LONGEST_ELEMENT = 32_768
const LONGEST_REST = 8 * 1024 * 1024
const LONGEST_KEY = 64
const DEEPEST = 64
/** Depth inside `{"flowDigest": {"connections": [`. */
const IN_LIST = 3

/**
 * Takes the elements of `flowDigest.connections` out of a receipt's JSON while it streams past, so that neither the text nor the objects
 * of a whole digest are ever held. What is left is JSON with an empty list.
 */
export class ReceiptScanner {
  readonly #take: (element: Uint8Array) => void
  readonly #decoder = new TextDecoder()
  #rest = ''
  #restBytes = 0
  #depth = 0
  readonly #isArray: boolean[] = []
  readonly #keys: string[] = []
  #inString = false
  #isEscaped = false
  #expectsKey = false
  #key: number[] | undefined
  #inList = false
  /** What may stand next in the list: an element, or a comma. */
  #expectsElement = true
  /** The beginning of an element that an earlier chunk broke off. */
  #held: Uint8Array | undefined

  /** @param take called with the JSON of each connection, valid during the call */
  constructor(take: (element: Uint8Array) => void) {
    this.#take = take
  }

  /** @throws {SyntaxError} where this is no receipt */
  push(chunk: Uint8Array): void {
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (this.#inString) this.#inText(byte)
      else if (this.#inList && this.#depth === IN_LIST) {
        if (this.#between(byte)) from = at
      } else {
        const wasInList = this.#inList
        this.#token(byte)
        if (!this.#inList || this.#depth !== IN_LIST) continue
        const piece = chunk.subarray(from, at + 1)
        if (wasInList) this.#element(piece)
        else this.#keep(piece)
        from = at + 1
      }
    }
    if (!this.#inList) this.#keep(chunk.subarray(from))
    else if (this.#depth > IN_LIST) this.#hold(chunk.subarray(from))
  }

  /** What is left, parsed. @throws {SyntaxError} */
  end(): unknown {
    if (this.#inList) throw new SyntaxError('it ends inside the list of connections')
    return JSON.parse(this.#rest + this.#decoder.decode())
  }

  #inText(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false
    else if (byte === BACKSLASH) this.#isEscaped = true
    else if (byte === QUOTE) {
      this.#inString = false
      if (this.#key) this.#keys[this.#depth] = this.#key.length < LONGEST_KEY ? textOf(this.#key) : ''
      this.#key = undefined
      return
    }
    if (this.#key && this.#key.length < LONGEST_KEY) this.#key.push(byte)
  }

  /** Between two connections; true where one begins, or the list ends. */
  #between(byte: number): boolean {
    if (byte === CLOSE_ARRAY) {
      this.#inList = false
      this.#depth--
      return true
    }
    if (byte === OPEN_OBJECT && this.#expectsElement) {
      this.#expectsElement = false
      this.#open(false)
      return true
    }
    if (byte === COMMA && !this.#expectsElement) this.#expectsElement = true
    else if (byte > 0x20) throw new SyntaxError('the list of connections holds something else')
    return false
  }

  #token(byte: number): void {
    switch (byte) {
      case QUOTE:
        this.#inString = true
        this.#key = this.#expectsKey && this.#depth < IN_LIST ? [] : undefined
        this.#expectsKey = false
        return
      case COMMA:
        this.#expectsKey = this.#isArray[this.#depth] === false
        return
      case OPEN_OBJECT:
        this.#open(false)
        return
      case OPEN_ARRAY:
        this.#open(true)
        this.#inList ||= this.#beginsList()
        return
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        if (this.#isArray[this.#depth] !== (byte === CLOSE_ARRAY)) throw new SyntaxError('it closes what it did not open')
        this.#depth--
    }
  }

  #open(isArray: boolean): void {
    if (++this.#depth > DEEPEST) throw new SyntaxError('it is nested too deep')
    this.#isArray[this.#depth] = isArray
    this.#expectsKey = !isArray
    if (this.#depth < IN_LIST) this.#keys[this.#depth] = ''
  }

  #beginsList(): boolean {
    this.#expectsElement = true
    if (this.#depth !== IN_LIST || this.#isArray[1] || this.#isArray[2]) return false
    return this.#keys[1] === 'flowDigest' && this.#keys[2] === 'connections'
  }

  #element(end: Uint8Array): void {
    const held = this.#held
    this.#held = undefined
    this.#take(held === undefined ? end : together(held, end))
  }

  #hold(piece: Uint8Array): void {
    const held = this.#held === undefined ? piece.slice() : together(this.#held, piece)
    if (held.length > LONGEST_ELEMENT) throw new SyntaxError('a connection of it is too long')
    this.#held = held
  }

  #keep(piece: Uint8Array): void {
    this.#restBytes += piece.length
    if (this.#restBytes > LONGEST_REST) throw new SyntaxError('what is not its digest is too long')
    this.#rest += this.#decoder.decode(piece, { stream: true })
  }
}

function together(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}

/** A key as JSON means it, escapes undone. */
const textOf = (key: readonly number[]): string => String(JSON.parse(`"${new TextDecoder().decode(Uint8Array.from(key))}"`))
