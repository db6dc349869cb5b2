import { describe, expect, it } from 'vitest'
import { eventOf, windowsEvidence } from '../../../src/core/logs/windows-evidence.ts'
import { bytesOf, cut, ns, recordsOf, span } from './support.ts'

const EVENT = (id: number, at: string, more = '') =>
  `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Tcpip'/><EventID Qualifiers='32768'>${id}</EventID><Level>3</Level><TimeCreated SystemTime='${at}'/><EventRecordID>${id}1</EventRecordID><Channel>System</Channel><Computer>PRN01</Computer></System><EventData><Data>${more}</Data></EventData></Event>`
const XML = `<?xml version="1.0" encoding="utf-8" standalone="yes"?>\r\n<Events>${EVENT(4227, '2025-01-15T08:00:01.1234567Z')}${EVENT(7, '2025-01-15T08:00:02.000000000Z', 'error 10053')}</Events>`

const LOGS: Readonly<Record<string, string>> = {
  'event-xml': XML,
  w3c: '#Software: x\n#Fields: date time s-ip\n2025-01-15 08:00:01 10.0.0.9\n#Fields: date time\n2025-01-15 08:00:02 x\n',
  'journal-export':
    '__CURSOR=a\n__REALTIME_TIMESTAMP=1736928001000000\nMESSAGE\n\u0004\0\0\0\0\0\0\0a\n\nb\n_PID=1\n\n__CURSOR=b\n__REALTIME_TIMESTAMP=1736928002000000\nMESSAGE=x\n\n',
  'json-lines': '{"level":30,"time":1736928001000,"msg":"a 2020-01-01T00:00:00Z"}\n{"time":"2025-01-15T08:00:02Z","msg":"b"}\n',
  csv: 'Level,Date and Time,Source,Event ID,Task Category\r\nError,2025/01/15 8:00:01,Tcpip,4227,None,"one\r\n2025/01/15 8:00:09 not a record\r\n""two"""\r\nWarning,2025/01/15 8:00:02,x,1,None,"y"\r\n',
  text: 'Jan 15 08:00:01 host a\nJan 15 08:00:02 host b\n',
}

describe.each(Object.entries(LOGS))('%s', (format, log) => {
  const window = span('2025-01-15T08:00:01', '2025-01-15T08:00:02')

  it.each([1, 2, 5, 64, 100_000])('is known by its content and cut on records, wherever chunks end (%i bytes)', async (size) => {
    const result = await cut(log, { window }, size)
    expect(result.format).toBe(format)
    expect(result.recordsSeen).toBe(2)
    expect(result.kept.records).toBe(1)
    expect(log).toContain(result.text.replace(/\r?\n$/, ''))
  })

  it('keeps what describes the file only when that is asked for', async () => {
    const plain = await cut(log, { window })
    const framed = await cut(log, { window, keepHeader: true })
    expect(plain.text).not.toMatch(/^(#|Level|<\?xml)/)
    if (format === 'event-xml') expect(framed.text).toMatch(/^<\?xml[\s\S]*<Events><Event [\s\S]*<\/Event><\/Events>$/)
    if (format === 'w3c') expect(framed.text).toMatch(/^#Software/)
    if (format === 'csv') expect(framed.text).toMatch(/^Level,Date/)
  })

  it('is cut the same when it is cut again', async () => {
    const once = await cut(log, { window, keepHeader: true })
    const twice = await cut(once.bytes, { window, keepHeader: true })
    expect([twice.text, twice.kept.records]).toEqual([once.text, 1])
  })

  it('any flipped byte or prefix ends in a cut or a clear error', async () => {
    const bytes = bytesOf(log)
    for (let i = 0; i < bytes.length; i += 3) {
      const flipped = bytes.slice()
      flipped[i] = (flipped[i] ?? 0) ^ 0xff
      for (const hostile of [flipped, bytes.subarray(0, i)]) {
        await cut(hostile, { window }).catch((error: unknown) => {
          expect(error).toMatchObject({ name: 'InputError', advice: expect.any(String) })
        })
      }
    }
  })
})

describe('event XML', () => {
  it('shows provider, id, level and record id', async () => {
    const [first, second] = await recordsOf(XML)
    expect(first?.event).toEqual({ provider: 'Tcpip', id: 4227, level: 3, channel: 'System', computer: 'PRN01', recordId: 42_271 })
    expect(first?.timestampNs).toBe(ns('2025-01-15T08:00:01.1234567'))
    expect(first?.resolutionNs).toBe(100)
    expect([first?.line, second?.line]).toEqual([2, 3])
  })

  it('in UTF-16 is kept byte for byte', async () => {
    const bytes = new Uint8Array(XML.length * 2)
    for (let i = 0; i < XML.length; i++) bytes[i * 2] = XML.charCodeAt(i)
    const result = await cut(bytes, { window: span('2025-01-15T08:00:01', '2025-01-15T08:00:02') }, 7)
    expect(new TextDecoder('utf-16le').decode(result.bytes)).toBe(EVENT(4227, '2025-01-15T08:00:01.1234567Z'))
  })

  it.each([1, 3, 10, 100])('line ends behind an event go with it, wherever chunks end (%i bytes)', async (size) => {
    const log = `${EVENT(1, '2025-01-15T08:00:01Z')}\r\n${EVENT(2, '2025-01-15T08:00:02Z')}\r\n`
    const { text, ordinals } = await cut(`<Events>\n${log}</Events>\n`, {}, size)
    expect(text).toBe(log)
    expect(ordinals).toEqual([[1, 2]])
  })

  it('a document type is never expanded', async () => {
    const bomb = XML.replace('<Events>', '<!DOCTYPE x [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;">]><Events>')
    expect((await cut(bomb)).recordsSeen).toBe(2)
  })
})

describe('CSV', () => {
  it('a lost quote does not swallow the rest of the file', async () => {
    const log = `Level,Date and Time,Source\nError,2025/01/15 8:00:01,a,"lost\n${'Error,2025/01/15 8:00:02,b,c\n'.repeat(3)}`
    expect((await cut(log)).recordsSeen).toBe(4)
  })

  it('semicolons separate as well', async () => {
    const { format, recordsSeen } = await cut(
      'Ebene;Datum und Uhrzeit;Quelle\nFehler;15.01.2025 08:00:01;"a\nb"\nFehler;15.01.2025 08:00:02;c\n',
    )
    expect([format, recordsSeen]).toEqual(['csv', 2])
  })
})

describe('evtx', () => {
  const file = (fill: (view: DataView, bytes: Uint8Array) => void): Uint8Array => {
    const bytes = new Uint8Array(4096 + 65_536)
    bytes.set(bytesOf('ElfFile\0'))
    bytes.set(bytesOf('ElfChnk\0'), 4096)
    fill(new DataView(bytes.buffer, 4096), bytes)
    return bytes
  }
  const record = (view: DataView, at: number, binXml: readonly number[]): void => {
    const size = 24 + binXml.length + 4
    view.setUint32(48, at + size, true)
    view.setUint32(at, 0x2a2a, true)
    view.setUint32(at + 4, size, true)
    binXml.forEach((byte, i) => {
      view.setUint8(at + 24 + i, byte)
    })
    view.setUint32(at + size - 4, size, true)
  }

  it.each([
    ['an unknown token', [0x0f, 1, 1, 0, 0x3f]],
    ['a template without an event', [0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]],
    ['a name outside the chunk', [0x0f, 1, 1, 0, 0x01, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f]],
    ['a million values', [0x0f, 1, 1, 0, 0x0c, 1, 0, 0, 0, 0, 0, 2, 0, 0, 0x40, 0x42, 0x0f, 0]],
  ])('%s costs its record only, and is noted', async (_what, binXml) => {
    const bytes = file((view) => record(view, 512, binXml))
    const { quality, recordsSeen } = await cut(bytes, { fileOptions: { keepUndated: true } })
    expect(recordsSeen).toBe(0)
    expect(quality.join()).toContain('cannot be decoded')
  })

  it('a chunk without signature is left out and noted', async () => {
    const bytes = file((_view, all) => all.fill(0x41, 4096))
    expect((await cut(bytes, { fileOptions: { keepUndated: true } })).quality.join()).toContain('no signature')
  })
})

describe('Windows events', () => {
  it.each([
    ['Tcpip', 4227, 'ports-exhausted'],
    ['Microsoft-Windows-PrintService', 372, 'print-job'],
    ['Service Control Manager', 7034, 'service'],
    ['e1dexpress', 27, 'network-interface'],
    ['Loftware Print Server', 145, 'print-server'],
    ['Tcpip', 1, undefined],
    ['Other', 4227, undefined],
  ])('%s %i is evidence of %s', (provider, id, kind) => {
    expect(windowsEvidence({ provider, id })?.kind).toBe(kind)
  })

  it('are known in an export too', async () => {
    const [record] = (await recordsOf(LOGS.csv ?? '')).filter(({ timestampNs }) => timestampNs !== undefined)
    expect(record && eventOf(record)).toEqual({ provider: 'Tcpip', id: 4227 })
  })
})
