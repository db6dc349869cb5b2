import { utf16, valueText } from './value.ts'

/** A record whose BinXML makes no sense. It costs itself only. */
export class BinXmlError extends Error {
  override readonly name = 'BinXmlError'
}

const MAX_DEPTH = 64
const MAX_OUTPUT = 1_048_576 // characters of one event; Windows itself stops at 64 KiB
const MAX_VALUES = 4096

/** One value that a template instance fills in. */
interface Substitution {
  readonly type: number
  readonly at: number
  readonly size: number
}

/**
 * Renders one record's BinXML as XML text, as Event Viewer's `Save as XML` lays it out.
 *
 * @param view the record's 64 KiB chunk: names and templates are offsets in it
 * @throws {BinXmlError | RangeError} where the bytes make no sense
 * @see libevtx, Windows XML Event Log (EVTX) format, §"Binary XML"
 */
export function renderBinXml(view: DataView, at: number, end: number): string {
  const renderer = new Renderer(view)
  renderer.fragment(at, end, undefined, true, 0)
  return renderer.text
}

class Renderer {
  text = ''
  readonly #view: DataView
  #at = 0

  constructor(view: DataView) {
    this.#view = view
  }

  /** Tokens until the end of stream. `values` fills what a template leaves open; `bare` elements have no dependency identifier. */
  fragment(at: number, end: number, values: readonly Substitution[] | undefined, bare: boolean, depth: number): void {
    if (depth > MAX_DEPTH) throw new BinXmlError('nested too deep')
    this.#at = at
    const open: string[] = []
    while (this.#at < end) {
      const token = this.#byte()
      switch (token & 0x3f) {
        case 0x00:
          return
        case 0x0f: // start of stream: version and flags
          this.#at += 3
          break
        case 0x0c:
          this.#template(depth)
          break
        case 0x01:
          open.push(this.#startElement((token & 0x40) !== 0, bare, values, depth))
          if (open.length > MAX_DEPTH) throw new BinXmlError('nested too deep')
          break
        case 0x02:
          this.#write('>')
          break
        case 0x03:
          open.pop()
          this.#write('/>')
          break
        case 0x04:
          this.#write(`</${open.pop() ?? ''}>`)
          break
        default:
          this.#content(token & 0x3f, values, depth, false)
      }
    }
  }

  #byte(): number {
    return this.#view.getUint8(this.#at++)
  }

  #short(): number {
    this.#at += 2
    return this.#view.getUint16(this.#at - 2, true)
  }

  #long(): number {
    this.#at += 4
    return this.#view.getUint32(this.#at - 4, true)
  }

  #write(text: string): void {
    this.text += text
    if (this.text.length > MAX_OUTPUT) throw new BinXmlError('larger than any event')
  }

  #template(depth: number): void {
    this.#at += 5 // version, template identifier
    const definition = this.#long()
    if (definition === this.#at) this.#at += 24 + this.#view.getUint32(definition + 20, true)
    const count = this.#long()
    if (count > MAX_VALUES) throw new BinXmlError('too many values')
    const values: Substitution[] = []
    let valueAt = this.#at + count * 4
    for (let i = 0; i < count; i++) {
      const size = this.#short()
      values.push({ type: this.#byte(), at: valueAt, size })
      this.#at++
      valueAt += size
    }
    this.fragment(definition + 24, definition + 24 + this.#view.getUint32(definition + 20, true), values, false, depth + 1)
    this.#at = valueAt
  }

  #startElement(hasAttributes: boolean, bare: boolean, values: readonly Substitution[] | undefined, depth: number): string {
    this.#at += bare ? 4 : 6 // dependency identifier, data size
    const name = this.#name()
    this.#write(`<${name}`)
    if (!hasAttributes) return name
    const end = this.#long() + this.#at
    while (this.#at < end && (this.#view.getUint8(this.#at) & 0x3f) === 0x06) {
      this.#at++
      this.#attribute(end, values, depth)
    }
    return name
  }

  #attribute(end: number, values: readonly Substitution[] | undefined, depth: number): void {
    const name = this.#name()
    const before = this.text
    this.#write(` ${name}='`)
    const written = this.text.length
    let optional = false
    while (this.#at < end) {
      const token = this.#view.getUint8(this.#at) & 0x3f
      if (token === 0x06 || token < 0x05) break
      this.#at++
      optional ||= token === 0x0e
      this.#content(token, values, depth, true)
    }
    // An optional value that is not there takes its attribute with it.
    if (optional && this.text.length === written) this.text = before
    else this.#write("'")
  }

  #content(token: number, values: readonly Substitution[] | undefined, depth: number, quoted: boolean): void {
    switch (token) {
      case 0x05: {
        this.#at++ // value type: always a string
        this.#write(escaped(this.#string(), quoted))
        return
      }
      case 0x07:
        this.#write(escaped(this.#string(), quoted))
        return
      case 0x08:
        this.#write(`&#${this.#short()};`)
        return
      case 0x09:
        this.#write(`&${this.#name()};`)
        return
      case 0x0a: // processing instructions say nothing about an event
        this.#name()
        return
      case 0x0b:
        this.#string()
        return
      case 0x0d:
      case 0x0e: {
        const value = values?.[this.#short()]
        this.#at++
        if (value) this.#value(value, depth, quoted)
        return
      }
      default:
        throw new BinXmlError(`unknown token 0x${token.toString(16)} at ${this.#at - 1}`)
    }
  }

  #value({ type, at, size }: Substitution, depth: number, quoted: boolean): void {
    if (type !== 0x21) {
      this.#write(escaped(valueText(this.#view, type, at, size) ?? '', quoted))
      return
    }
    const back = this.#at
    if (size > 0) this.fragment(at, at + size, undefined, true, depth + 1)
    this.#at = back
  }

  #string(): string {
    const length = this.#short() * 2
    const text = utf16(this.#view, this.#at, length)
    this.#at += length
    return text
  }

  /** A name stands where it was first used in the chunk: here, or earlier. */
  #name(): string {
    const offset = this.#long()
    const length = this.#view.getUint16(offset + 6, true) * 2
    const name = utf16(this.#view, offset + 8, length)
    if (!/^[\w.:-]{1,256}$/.test(name)) throw new BinXmlError('a name that is no name')
    if (offset === this.#at) this.#at += 8 + length + 2
    return name
  }
}

function escaped(text: string, quoted: boolean): string {
  let safe = ''
  let from = 0
  for (let i = 0; i < text.length; i++) {
    const replacement = replacementFor(text.charCodeAt(i), quoted)
    if (replacement === undefined) continue
    safe += text.slice(from, i) + replacement
    from = i + 1
  }
  return from === 0 ? text : safe + text.slice(from)
}

function replacementFor(code: number, quoted: boolean): string | undefined {
  if (code === 38) return '&amp;'
  if (code === 60) return '&lt;'
  if (code === 62) return '&gt;'
  if (code === 39) return quoted ? '&apos;' : undefined
  // XML 1.0 §2.2 has no way to write control characters and non-characters.
  const isControl = code < 32 && code !== 9 && code !== 10 && code !== 13
  return isControl || code >= 0xfffe ? '\ufffd' : undefined
}
