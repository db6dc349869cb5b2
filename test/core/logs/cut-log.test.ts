import { describe, expect, it } from 'vitest'
import { bytesOf, cut, ns, recordsOf, span } from './support.ts'

const LOG = [
  '2025-01-15 08:00:00,000 INFO start',
  '2025-01-15 08:00:01,000 ERROR java.net.SocketException: Connection reset',
  '\tat a.b.C.d(C.java:12)',
  'Caused by: x',
  '',
  '2025-01-15 08:00:02,000 INFO end',
  '',
].join('\n')

describe('records', () => {
  it('a stack trace is one record, kept whole', async () => {
    const { text, kept, ordinals } = await cut(LOG, { window: span('2025-01-15T08:00:01', '2025-01-15T08:00:02') })
    expect(text).toBe('2025-01-15 08:00:01,000 ERROR java.net.SocketException: Connection reset\n\tat a.b.C.d(C.java:12)\nCaused by: x\n\n')
    expect(kept.records).toBe(1)
    expect(ordinals).toEqual([[1, 2]])
  })

  it.each([1, 2, 3, 7, 16, 100])('does not care where chunks end (%i bytes)', async (size) => {
    const { text } = await cut(LOG, { window: span('2025-01-15T08:00:01', '2025-01-15T08:00:02') }, size)
    expect(text).toBe(LOG.slice(LOG.indexOf('2025-01-15 08:00:01'), LOG.indexOf('2025-01-15 08:00:02')))
  })

  it('a record runs from its line to the one before the next stamp, with its place in the file', async () => {
    const [first, second] = await recordsOf(LOG)
    expect(first).toMatchObject({
      line: 1,
      lines: 1,
      offset: 0,
      stampedAt: '2025-01-15 08:00:00,000',
      text: '2025-01-15 08:00:00,000 INFO start',
    })
    expect(second).toMatchObject({ ordinal: 2, line: 2, lines: 4, offset: 35, resolutionNs: 1e6 })
  })

  it('a window edge on a whole-second stamp counts it as .000', async () => {
    const { kept } = await cut('Jan 15 08:00:01 a\nJan 15 08:00:02 b\n', { window: span('2025-01-15T08:00:01', '2025-01-15T08:00:02') })
    expect(kept.records).toBe(1)
  })

  it('a clock offset moves the window onto the file’s clock', async () => {
    const { text } = await cut(LOG, { window: span('2025-01-15T07:00:01', '2025-01-15T07:00:02'), fileOptions: { clockOffset: 3600 } })
    expect(text).toContain('Connection reset')
  })

  it('a format may change half way, and so may the zone', async () => {
    const log = '2025-01-15 08:00:00,000 a\n2025-01-15 08:00:01,000 b\n<13>1 2025-01-15T08:00:02Z host c\n2025-01-15T09:00:03+01:00 d\n'
    const records = await recordsOf(log, { fileOptions: { timezone: 'UTC' } })
    expect(records.map(({ timestampNs }) => timestampNs)).toEqual([0, 1, 2, 3].map((s) => ns(`2025-01-15T08:00:0${s}`)))
  })
})

describe('encodings', () => {
  const wide = (text: string, littleEndian: boolean, bom: boolean): Uint8Array => {
    const all = (bom ? '\ufeff' : '') + text
    const bytes = new Uint8Array(all.length * 2)
    for (let i = 0; i < all.length; i++) new DataView(bytes.buffer).setUint16(i * 2, all.charCodeAt(i), littleEndian)
    return bytes
  }

  it.each([
    ['utf-16le', true, true],
    ['utf-16le', true, false],
    ['utf-16be', false, true],
    ['utf-16be', false, false],
  ])('%s (little endian %s, byte order mark %s) is kept byte for byte', async (label, little, bom) => {
    const bytes = wide(LOG.replaceAll('\n', '\r\n'), little, bom)
    for (const size of [1, 3, 64, 10_000]) {
      const result = await cut(bytes, { window: span('2025-01-15T08:00:01', '2025-01-15T08:00:02') }, size)
      expect(new TextDecoder(label).decode(result.bytes)).toMatch(/^2025-01-15 08:00:01,000 ERROR[\s\S]*Caused by: x\r\n\r\n$/)
      expect(result.options.encoding).toMatchObject({ value: label })
      expect(result.logDigest.errors).toMatchObject([{ canonical: 'ECONNRESET', line: 2 }])
    }
  })

  it('windows-1252 is kept as it is', async () => {
    const bytes = new Uint8Array([...bytesOf('2025-01-15 08:00:00 Grü'), 0xfc, 0xdf, 0x0a])
    expect((await cut(bytes)).bytes).toEqual(bytes)
  })

  it('a declared code page decodes the wording', async () => {
    const message = '2025-01-15 08:00:00 '
    const shiftJis = [0x8a, 0xf9, 0x91, 0xb6, 0x82, 0xcc, 0x90, 0xda, 0x91, 0xb1] // 既存の接続
    const [record] = await recordsOf(new Uint8Array([...bytesOf(message), ...shiftJis, 10]), { fileOptions: { encoding: 'shift_jis' } })
    expect(record?.text).toBe(`${message}既存の接続`)
  })

  it('NULs before a line, as preallocated files have them, hide no stamp', async () => {
    expect(await recordsOf('\x00\x00\x00\x002025-01-15 08:00:00 a\n')).toMatchObject([{ ordinal: 1 }])
  })

  it('a line of 3 MB is passed through whole', async () => {
    const long = `2025-01-15 08:00:01 ${'x'.repeat(3_000_000)}\n`
    const { bytes } = await cut(
      `2025-01-15 08:00:00 a\n${long}2025-01-15 08:00:02 b\n`,
      { window: span('2025-01-15T08:00:01', '2025-01-15T08:00:02') },
      65_536,
    )
    expect(bytes.length).toBe(long.length)
  })
})

describe('what cannot be dated', () => {
  it('text without any stamp is refused with advice', async () => {
    await expect(cut('hello\nworld\n')).rejects.toMatchObject({ code: 'no-timestamps', advice: expect.stringContaining('timeFormat') })
  })

  it('or kept whole, when that is asked for', async () => {
    const { text, kept } = await cut('hello\nworld\n', { fileOptions: { keepUndated: true } })
    expect([text, kept.records]).toEqual(['hello\nworld\n', 1])
  })

  it('an empty file is refused', async () => {
    await expect(cut('')).rejects.toMatchObject({ code: 'empty-file' })
  })

  it('a preamble is counted and dropped', async () => {
    const { dropped, text } = await cut(`rotated\n${LOG}`)
    expect([dropped.withoutTime, text]).toEqual([1, LOG])
  })
})

describe('zones, orders and years', () => {
  const at = async (line: string, options = {}): Promise<string> => {
    const [record] = await recordsOf(`${line}\n`, options)
    return new Date(Number((record?.timestampNs ?? 0n) / 1_000_000n)).toISOString()
  }

  it.each([
    ['the record', '2025-07-01 12:00:00+02:00 x', { fileOptions: { timezone: '+05:00' }, caseTimezone: 'UTC' }, '2025-07-01T10:00:00.000Z'],
    [
      'the file’s option',
      '2025-07-01 12:00:00 x',
      { fileOptions: { timezone: '+05:00' }, caseTimezone: 'UTC' },
      '2025-07-01T07:00:00.000Z',
    ],
    ['the case', '2025-07-01 12:00:00 x', { caseTimezone: 'Europe/Berlin' }, '2025-07-01T10:00:00.000Z'],
    ['nothing', '2025-07-01 12:00:00 x', {}, '2025-07-01T12:00:00.000Z'],
  ])('the zone is %s’s', async (_whose, line, options, expected) => {
    expect(await at(line, options)).toBe(expected)
  })

  it('an assumed zone is a visible warning', async () => {
    const { warnings, options } = await cut('2025-07-01 12:00:00 x\n')
    expect(warnings.map(({ code }) => code)).toContain('timezone-assumed')
    expect(options.timezone).toEqual({ value: 'UTC', from: 'assumed' })
  })

  it('a date above 12 anywhere decides the order of all of them, and the receipt says so', async () => {
    const { text, options } = await cut('03/04/2026 10:00:00 a\n05/04/2026 10:00:00 b\n13/04/2026 10:00:00 c\n', {
      window: span('2026-04-03T00:00:00', '2026-04-04T00:00:00'),
    })
    expect(text).toBe('03/04/2026 10:00:00 a\n')
    expect(options.dayFirst).toEqual({ value: true, from: 'read' })
  })

  it('a date above 12 behind the first 128 KiB decides it too', async () => {
    const filler = Array.from({ length: 6000 }, () => '05/04/2026 10:00:00 filler').join('\n')
    const { text, options } = await cut(
      `03/04/2026 10:00:00 a\n${filler}\n13/04/2026 10:00:00 c\n`,
      { window: span('2026-04-03T00:00:00', '2026-04-04T00:00:00') },
      8192,
    )
    expect(text).toBe('03/04/2026 10:00:00 a\n')
    expect(options.dayFirst).toEqual({ value: true, from: 'read' })
  })

  it('else the incident does, else it is assumed with a warning', async () => {
    const log = '03/04/2026 10:00:00 a\n'
    expect((await cut(log, { incidentAtNs: ns('2026-04-03T10:00:00') })).options.dayFirst).toEqual({ value: true, from: 'inferred' })
    expect((await cut(log)).warnings.map(({ code }) => code)).toContain('day-order-assumed')
  })

  it.each([
    ['Dec 31 23:59:00 x', '2026-01-01T00:01:00', '2025-12-31T23:59:00.000Z'],
    ['Jan  1 00:01:00 x', '2025-12-31T23:59:00', '2026-01-01T00:01:00.000Z'],
    ['Feb 29 10:00:00 x', '2025-03-01T00:00:00', '2024-02-29T10:00:00.000Z'],
  ])('%s near %s is %s', async (line, near, expected) => {
    expect(await at(line, { incidentAtNs: ns(near) })).toBe(expected)
  })

  it('a year that nobody knows is said to be unknown', async () => {
    expect((await cut('Jan  1 00:01:00 x\n')).warnings.map(({ code }) => code)).toContain('year-unknown')
  })

  it('the second pass through the autumn hour is told by the order of the records', async () => {
    const log = ['01:50', '01:10', '01:40', '02:10'].map((time) => `2025-10-26 ${time}:00 x`).join('\n')
    const records = await recordsOf(log, { fileOptions: { timezone: 'Europe/London' } })
    expect(records.map(({ timestampNs }) => timestampNs)).toEqual(
      ['00:50', '01:10', '01:40', '02:10'].map((time) => ns(`2025-10-26T${time}:00`)),
    )
  })

  it('a time that the spring clock skipped is read as if it had gone on, and noted', async () => {
    const { quality } = await cut('2025-03-30 02:30:00 x\n', { fileOptions: { timezone: 'Europe/Berlin' } })
    expect(quality.join()).toContain('skipped in spring')
  })

  it('bare times take the date of the header, and go on past midnight', async () => {
    const records = await recordsOf('Log opened 2025-01-15\n23:59:58 a\n23:59:59 b\n00:00:01 c\n')
    expect(records.slice(1).map(({ timestampNs }) => timestampNs)).toEqual(
      ['2025-01-15T23:59:58', '2025-01-15T23:59:59', '2025-01-16T00:00:01'].map(ns),
    )
  })

  it('or of the file’s name', async () => {
    expect(await at('08:00:00 a', { fileName: 'batch_20250115.log' })).toBe('2025-01-15T08:00:00.000Z')
  })

  it('an unknown zone is refused', async () => {
    await expect(cut('2025-01-15 08:00:00 a\n', { fileOptions: { timezone: 'Mars/Base' } })).rejects.toMatchObject({ code: 'bad-option' })
  })
})

describe('a clock that is off', () => {
  const log = Array.from(
    { length: 60 },
    (_, minute) => `2025-01-15T09:${String(minute).padStart(2, '0')}:00Z ${minute === 30 ? 'send failed: WSA error 10053' : 'ok'}`,
  ).join('\n')

  it('an error a whole hour outside the window gives the offset that would bring it in', async () => {
    const incidentAtNs = ns('2025-01-15T08:30:02')
    const { warnings, suggestedClockOffset, kept } = await cut(log, {
      incidentAtNs,
      window: { fromNs: incidentAtNs - ns('1970-01-01T00:07:30'), toNs: incidentAtNs + ns('1970-01-01T00:03:00') },
    })
    expect(kept.records).toBe(0)
    expect(warnings.find(({ code }) => code === 'clock-shift')?.message).toContain('clockOffset=+3600')
    expect(suggestedClockOffset).toBe(3600)
  })

  it('and cutting with it keeps the error', async () => {
    const incidentAtNs = ns('2025-01-15T08:30:02')
    const window = { fromNs: incidentAtNs - ns('1970-01-01T00:07:30'), toNs: incidentAtNs + ns('1970-01-01T00:03:00') }
    const { text, suggestedClockOffset } = await cut(log, { incidentAtNs, window, fileOptions: { clockOffset: 3600 } })
    expect(text).toContain('10053')
    expect(suggestedClockOffset).toBeNull()
  })

  it.each([
    ['the peer', { peer: '10.0.0.9' }, 3600],
    ['the code', { error: '10053' }, 3600],
    ['nothing of the error', {}, null],
    ['a peer whose error is inside', { peer: '10.0.0.7' }, null],
  ])('errors of others inside the window hide it no more when the case knows %s', async (_what, known, expected) => {
    const mixed = log
      .replace(':30:00Z send failed', ':30:00Z send to 10.0.0.9:9100 failed')
      .replace(/^/, '2025-01-15T08:30:00Z send to 10.0.0.7:9100 failed: connection refused\n')
    const incidentAtNs = ns('2025-01-15T08:30:02')
    const window = { fromNs: incidentAtNs - ns('1970-01-01T00:07:30'), toNs: incidentAtNs + ns('1970-01-01T00:03:00') }
    const { suggestedClockOffset, warnings } = await cut(mixed, { incidentAtNs, window, ...known })
    expect(suggestedClockOffset).toBe(expected)
    expect(warnings.some(({ code }) => code === 'clock-shift')).toBe(expected !== null)
  })

  it('wording that Windows breaks over two lines is in the digest, once', async () => {
    const log = '2025-01-15T08:00:00Z send to 10.0.0.9:9100 failed: Eine bestehende Verbindung wurde softwaregesteuert\r\n'
    const { logDigest } = await cut(`${log}durch den Hostcomputer abgebrochen\r\n2025-01-15T08:00:01Z ok\r\n`)
    expect(logDigest.errors).toMatchObject([{ canonical: 'ECONNABORTED', line: 1, peer: '10.0.0.9:9100' }])
  })

  it('an error in text without a time is in the digest, without one', async () => {
    const log = 'starting\nsend to 10.0.0.9:9100 failed: WSA error 10053\n'
    const { logDigest, suggestedClockOffset } = await cut(log, {
      fileOptions: { keepUndated: true },
      incidentAtNs: ns('2025-01-15T08:00:00'),
    })
    expect(logDigest.errors).toMatchObject([{ at: null, stampedAt: '', canonical: 'ECONNABORTED', line: 1, peer: '10.0.0.9:9100' }])
    expect(suggestedClockOffset).toBeNull()
  })

  it('the digest holds every error with its peer and its line, and no text', async () => {
    const { logDigest } = await cut(
      '2025-01-15T08:00:00Z LP1 connected to 10.0.0.9:9100\n2025-01-15T08:00:09Z LP1 job secret failed: WSA error 10053\n',
      { window: span('2024-01-01T00:00:00', '2024-01-02T00:00:00') },
    )
    expect(logDigest.errors).toEqual([
      {
        at: '2025-01-15T08:00:09Z',
        stampedAt: '2025-01-15T08:00:09Z',
        code: 'WSAECONNABORTED 10053',
        canonical: 'ECONNABORTED',
        line: 2,
        peer: '10.0.0.9:9100',
      },
    ])
    expect(logDigest.recordsPerMinute).toEqual([['2025-01-15T08:00Z', 2]])
    expect(JSON.stringify(logDigest)).not.toContain('secret')
  })
})
