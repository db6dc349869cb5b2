/** Takes a file's bytes in pieces and hands on what they become, in order. `end` hands on the rest. */
export interface ByteFilter {
  push(bytes: Uint8Array): void
  end(): void
}

/** A line longer than this is renamed in pieces; an address across the edge of two could be missed, so the cut is at white space where there is some. */
const LONGEST_LINE = 65_536

type Width = 'bytes' | 'utf-16le' | 'utf-16be'

/**
 * Passes a log through `rename`, line by line, in its own encoding: UTF-16 is recognised by its byte order mark or zero bytes; everything
 * else is taken as bytes, so that UTF-8, Windows code pages and damage come out as they went in.
 *
 * @param rename gets one line of text without its line break
 */
export function textFilter(rename: (line: string) => string, write: (bytes: Uint8Array) => void): ByteFilter {
  let width: Width | undefined
  let head = new Uint8Array(0)
  let rest = ''
  let odd: number | undefined
  const renameLine = (line: string) => (width === 'bytes' ? renameBytes(line, rename) : rename(line))
  const take = (text: string, last: boolean) => {
    const lines = (rest + text).split('\n')
    rest = last ? '' : (lines.pop() ?? '')
    let out = lines.map(renameLine).join('\n')
    if (!last && lines.length > 0) out += '\n'
    if (rest.length > LONGEST_LINE) {
      const edge = Math.max(rest.lastIndexOf(' '), rest.lastIndexOf('\t')) + 1 || rest.length
      out += renameLine(rest.slice(0, edge))
      rest = rest.slice(edge)
    }
    if (out !== '') write(encode(out, width ?? 'bytes'))
  }
  const decode = (bytes: Uint8Array): string => {
    if (width === 'bytes') return byteText(bytes)
    const whole = odd === undefined ? bytes : Uint8Array.of(odd, ...bytes)
    odd = whole.length % 2 === 1 ? whole[whole.length - 1] : undefined
    return new TextDecoder(width, { ignoreBOM: true }).decode(whole.subarray(0, whole.length - (whole.length % 2)))
  }
  return {
    push(bytes) {
      if (width !== undefined) return take(decode(bytes), false)
      head = Uint8Array.of(...head, ...bytes.subarray(0, 64))
      const more = bytes.subarray(64)
      if (head.length < 4) return
      width = widthOf(head)
      take(decode(head), false)
      if (more.length > 0) take(decode(more), false)
    },
    end() {
      width ??= 'bytes'
      if (rest === '' && head.length < 4 && head.length > 0) take(decode(head), false)
      take('', true)
      if (odd !== undefined) write(Uint8Array.of(odd))
    },
  }
}

/** A line of bytes (one character each) that is UTF-8 is renamed as such; any other as the bytes it is. */
function renameBytes(line: string, rename: (line: string) => string): string {
  if (!/[\x80-\xff]/.test(line)) return rename(line)
  const text = utf8(bytesOf(line))
  return text === undefined ? rename(line) : byteText(new TextEncoder().encode(rename(text)))
}

function utf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

function widthOf(head: Uint8Array): Width {
  const [a, b, c, d] = head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (b === 0 && d === 0 && a !== 0) return 'utf-16le'
  return a === 0 && c === 0 && b !== 0 ? 'utf-16be' : 'bytes'
}

function byteText(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  return text
}

function bytesOf(text: string): Uint8Array {
  const out = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) out[i] = text.charCodeAt(i)
  return out
}

function encode(text: string, width: Width): Uint8Array {
  if (width === 'bytes') return bytesOf(text)
  const out = new Uint8Array(text.length * 2)
  const view = new DataView(out.buffer)
  for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), width === 'utf-16le')
  return out
}
