import { describe, expect, it } from 'vitest'
import { boundaryOf, readParts } from '../../src/http/multipart.ts'

const BOUNDARY = 'x-edge'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const part = (headers: string, content: string): string => `--${BOUNDARY}\r\n${headers}\r\n\r\n${content}\r\n`
const field = (name: string, value: string): string => part(`Content-Disposition: form-data; name="${name}"`, value)
const file = (name: string, content: string): string =>
  part(`Content-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: application/octet-stream`, content)
const END = `--${BOUNDARY}--\r\n`

function* pieces(text: string, size: number): Generator<Uint8Array> {
  const whole = bytes(text)
  const reused = new Uint8Array(size)
  for (let at = 0; at < whole.length; at += size) {
    const piece = whole.subarray(at, at + size)
    reused.set(piece)
    yield reused.subarray(0, piece.length)
  }
}

async function read(text: string, size = 7): Promise<[name: string, file: string | undefined, content: string][]> {
  const found: [string, string | undefined, string][] = []
  for await (const { name, fileName, body } of readParts(pieces(text, size), BOUNDARY)) {
    let content = ''
    for await (const chunk of body) content += new TextDecoder('latin1').decode(chunk)
    found.push([name, fileName, content])
  }
  return found
}

/** Nearly boundaries, and line ends in the way. */
const TRICKY = '\r\n--x-edg\r\n-\r--\r\n--x-EDGE--\r\r\n'

describe('a multipart body', () => {
  it.each([1, 2, 3, 5, 8, 16, 64, 100_000])('reads the same wherever chunks end (%i-byte chunks)', async (size) => {
    const text = `preamble\r\n${field('peer', '10.0.0.9')}${file('a.pcap', TRICKY)}${file('empty.log', '')}${END}epilogue`
    expect(await read(text, size)).toEqual([
      ['peer', undefined, '10.0.0.9'],
      ['file', 'a.pcap', TRICKY],
      ['file', 'empty.log', ''],
    ])
  })

  it('needs no part', async () => expect(await read(`--${BOUNDARY}--`)).toEqual([]))

  it('unescapes names as browsers write them', async () => {
    expect(await read(`${part('Content-Disposition: form-data; name="options[a%22b.log]"', 'x')}${END}`)).toEqual([
      ['options[a"b.log]', undefined, 'x'],
    ])
  })

  it('skips what nobody reads', async () => {
    const names: string[] = []
    for await (const { name, body } of readParts(
      pieces(`${file('a', 'x'.repeat(1000))}${field('b', 'y'.repeat(50))}${END}`, 64),
      BOUNDARY,
    )) {
      names.push(name)
      if (name === 'file') for await (const _chunk of body) break
    }
    expect(names).toEqual(['file', 'b'])
  })

  it.each([
    ['nothing at all', ''],
    ['no last boundary', field('a', 'b')],
    ['an end inside a header', `--${BOUNDARY}\r\nContent-Disp`],
    ['a part without a name', `${part('Content-Disposition: form-data', 'x')}${END}`],
    ['a part without a disposition', `${part('Content-Type: text/plain', 'x')}${END}`],
    ['a header without a colon', `${part('nonsense', 'x')}${END}`],
    ['an endless header', `--${BOUNDARY}\r\nX: ${'y'.repeat(40_000)}`],
    ['a header of endless lines', `--${BOUNDARY}\r\n${'X: y\r\n'.repeat(8000)}`],
    ['more than a thousand parts', `${field('a', 'b').repeat(1001)}${END}`],
    ['text behind a boundary', `--${BOUNDARY}tail\r\n\r\n${END}`],
  ])('refuses %s', async (_what, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'bad-multipart' })
  })
})

it.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/form-data', undefined],
  ['multipart/form-datax; boundary=a', undefined],
  ['application/json', undefined],
])('the boundary of %s is %s', (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary)
})
