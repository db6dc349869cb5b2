import { Refusal } from '../cases/errors.ts'
import type { Chunks } from '../core/bytes/chunks.ts'

/** One part of a `multipart/form-data` body. Its bytes must be read, or left, before the next part is asked for. */
export interface Part {
  readonly name: string
  /** Undefined for a plain field. */
  readonly fileName: string | undefined
  /** The part's own Content-Length, where its sender gave one. */
  readonly declaredSize: number | undefined
  readonly body: AsyncGenerator<Uint8Array>
}

const LONGEST_HEADERS = 16 * 1024 // bytes of one part's header
const MOST_PARTS = 1000
const CRLF = '\r\n'

/** The boundary of a `multipart/form-data` content type; undefined for any other type. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^multipart\/form-data\s*(;|$)/i.test(contentType)) return undefined
  const match = /;\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))/i.exec(contentType)
  return match?.[1] ?? match?.[2]
}

/**
 * The parts of a `multipart/form-data` body in the order they come, as a stream: nothing but one chunk and one header is held.
 * A platform's own `formData()` gathers the whole body first, and so do the parsers in the registry that run in workerd.
 *
 * @see RFC 7578 (form-data), RFC 2046 §5.1.1 (boundaries)
 * @throws {Refusal} `bad-multipart` where the body breaks the format or ends early
 */
export async function* readParts(body: Chunks, boundary: string): AsyncGenerator<Part> {
  const scanner = new Scanner(body, `${CRLF}--${boundary}`)
  await scanner.skipContent() // the preamble
  for (let count = 0; await scanner.atPart(); count++) {
    if (count === MOST_PARTS) throw bad(`more than ${MOST_PARTS} parts`)
    const headers = await scanner.headers()
    yield { ...describe(headers), body: scanner.content() }
    if (!scanner.atBoundary) await scanner.skipContent()
  }
}

function describe(headers: ReadonlyMap<string, string>): Omit<Part, 'body'> {
  const disposition = headers.get('content-disposition') ?? ''
  const name = parameter(disposition, 'name')
  if (!/^form-data\s*;/i.test(disposition) || name === undefined) throw bad('a part without a name')
  const length = headers.get('content-length')
  const declaredSize = length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined
  return { name, fileName: parameter(disposition, 'filename'), declaredSize }
}

/** Browsers write quotes and line breaks inside as %22, %0D and %0A (WHATWG HTML, "multipart/form-data encoding algorithm"). */
function parameter(disposition: string, name: string): string | undefined {
  const match = new RegExp(`;\\s*${name}=(?:"((?:[^"\\\\]|\\\\.)*)"|([^;\\s]+))`, 'i').exec(disposition)
  const value = match?.[1]?.replace(/\\(["\\])/g, '$1') ?? match?.[2]
  return value?.replace(/%22/g, '"').replace(/%0D/gi, '\r').replace(/%0A/gi, '\n')
}

const bad = (why: string): Refusal =>
  new Refusal('bad-multipart', `the multipart body is malformed: ${why}`, 'Let a library write the body, or use curl -F.')

/** Finds boundaries in a stream of chunks. Holds the current chunk and, across two chunks, at most one boundary's length. */
class Scanner {
  readonly #chunks: AsyncIterator<Uint8Array> | Iterator<Uint8Array>
  readonly #delimiter: Uint8Array
  readonly #skip: Uint8Array
  #held: Uint8Array = new TextEncoder().encode(CRLF) // so that a body may begin with its first boundary
  #ended = false
  /** A line end stands in front of what is held that belongs to no content. */
  #fresh = true
  /** The part's content has ended. */
  atBoundary = false

  constructor(body: Chunks, delimiter: string) {
    this.#chunks = Symbol.asyncIterator in body ? body[Symbol.asyncIterator]() : body[Symbol.iterator]()
    this.#delimiter = new TextEncoder().encode(delimiter)
    this.#skip = skipTable(this.#delimiter)
  }

  async skipContent(): Promise<void> {
    const content = this.content()
    while (!(await content.next()).done);
  }

  /** After a boundary: whether another part follows, or the body is over. */
  async atPart(): Promise<boolean> {
    await this.#atLeast(2)
    const [first, second] = this.#held
    if (first === 0x2d && second === 0x2d) {
      await this.#drain()
      return false
    }
    // Transport padding (RFC 2046 §5.1.1) is allowed between the boundary and its line's end.
    const end = await this.#lineEnd()
    if (this.#held.subarray(0, end).some((byte) => byte !== 0x20 && byte !== 0x09)) throw bad('no line end after a boundary')
    this.#held = this.#held.subarray(end + 2)
    return true
  }

  async headers(): Promise<Map<string, string>> {
    const headers = new Map<string, string>()
    let size = 0
    for (;;) {
      const end = await this.#lineEnd()
      const line = new TextDecoder().decode(this.#held.subarray(0, end))
      this.#held = this.#held.subarray(end + 2)
      if (end === 0) break
      size += end
      if (size > LONGEST_HEADERS) throw bad('a part with an endless header')
      const colon = line.indexOf(':')
      if (colon < 1) throw bad('a header without a colon')
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim())
    }
    // An empty part's boundary follows its header at once, without the line end that belongs to the boundary.
    this.#held = joined(new TextEncoder().encode(CRLF), this.#held)
    this.#fresh = true
    this.atBoundary = false
    return headers
  }

  /** Bytes up to the next boundary, which is consumed. */
  async *content(): AsyncGenerator<Uint8Array> {
    while (!this.atBoundary) {
      const at = find(this.#held, this.#delimiter, this.#skip)
      if (at >= 0) {
        const content = this.#unpadded(at)
        this.#held = this.#held.subarray(at + this.#delimiter.length)
        this.atBoundary = true
        if (content.length > 0) yield content
        return
      }
      const sure = this.#held.length - this.#delimiter.length + 1
      if (sure > 2) {
        const content = this.#unpadded(sure)
        // The tail is copied: the chunk's buffer may be reused when the next one is asked for.
        this.#held = this.#held.slice(sure)
        yield content
      }
      if (!(await this.#more())) throw bad('it ends before its last boundary')
    }
  }

  /** Held bytes up to `end`, without the line end that was put in front of a part's content. */
  #unpadded(end: number): Uint8Array {
    const content = this.#held.subarray(this.#fresh ? Math.min(2, end) : 0, end)
    this.#fresh = false
    return content
  }

  async #lineEnd(): Promise<number> {
    for (let from = 0; ; ) {
      const at = this.#held.indexOf(0x0d, from)
      if (at >= 0 && at + 1 < this.#held.length) {
        if (this.#held[at + 1] === 0x0a) return at
        from = at + 1
        continue
      }
      if (this.#held.length > LONGEST_HEADERS) throw bad('an endless line')
      if (!(await this.#more())) throw bad('it ends inside a header')
    }
  }

  async #atLeast(length: number): Promise<void> {
    while (this.#held.length < length) if (!(await this.#more())) throw bad('it ends before its last boundary')
  }

  async #more(): Promise<boolean> {
    if (this.#ended) return false
    const kept = this.#held.slice()
    const { done, value } = await this.#chunks.next()
    if (done) {
      this.#ended = true
      return false
    }
    this.#held = joined(kept, value)
    return true
  }

  async #drain(): Promise<void> {
    while (!this.#ended) {
      const { done } = await this.#chunks.next()
      this.#ended = done === true
    }
  }
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  if (head.length === 0) return tail
  const whole = new Uint8Array(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}

/** Horspool's table: how far the pattern may move for each byte under its end. Boundaries are 60 bytes long at most, so bytes suffice. */
function skipTable(pattern: Uint8Array): Uint8Array {
  const skip = new Uint8Array(256).fill(pattern.length)
  for (let at = 0; at < pattern.length - 1; at++) skip[pattern[at] ?? 0] = pattern.length - 1 - at
  return skip
}

/** @see R. N. Horspool, Practical fast searching in strings, 1980 */
function find(text: Uint8Array, pattern: Uint8Array, skip: Uint8Array): number {
  const last = pattern.length - 1
  for (let at = 0; at + last < text.length; at += skip[text[at + last] ?? 0] ?? 1) {
    let matched = last
    while (matched >= 0 && text[at + matched] === pattern[matched]) matched--
    if (matched < 0) return at
  }
  return -1
}
