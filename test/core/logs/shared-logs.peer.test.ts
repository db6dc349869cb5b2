import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ALWAYS } from '../../../src/core/time/window.ts'
import { cut, ns, span } from './support.ts'

const SHARED = process.env.HANGUP_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const TESTDATA = `${SHARED}/testdata`

interface Expected {
  readonly file: string
  readonly records?: number
  readonly windows?: readonly {
    readonly name: string
    readonly start: string
    readonly end: string
    readonly records: number
    readonly bytes?: number
    readonly bytes_sha256?: string
  }[]
}

const expectedIn = (name: string): Expected[] => JSON.parse(readFileSync(`${TESTDATA}/expected/${name}.json`, 'utf8')).files

/**
 * Where we differ from the figures, and why. vdsm: the file holds five records (`Thread-15::DEBUG::2011-12-07 …` is one), of which the
 * figures count the two that start with `MainThread`. MSExchange: the readers behind the figures could not decode its one event, so that
 * its windows are on the record header's time, which must not be used.
 */
const DIFFERENT = new Set([
  'logs/text/lnav__logfile_vdsm.0 ten-minutes-round-median',
  'logs/evtx/omer__MSExchange_Management_wec.evtx before-first',
])

const rows = (name: string) =>
  expectedIn(name)
    .flatMap((file) => (file.windows ?? []).map((window) => [file.file, window.name, window] as const))
    .filter(([file, window]) => !DIFFERENT.has(`${file} ${window}`))

it('the shared test data is there', () => {
  expect(existsSync(`${TESTDATA}/expected/logs.json`)).toBe(true)
})

describe.each(['logs', 'eventviewer', 'evtx'])('%s', (name) => {
  it.each(rows(name))(
    '%s, window %s: exactly the expected records and bytes',
    async (file, _window, { start, end, records, bytes_sha256 }) => {
      const result = await cut(readFileSync(`${TESTDATA}/${file}`), { window: span(start, end), fileName: file.split('/').at(-1) }, 40_000)
      expect(result.kept.records).toBe(records)
      if (bytes_sha256 !== undefined) expect(createHash('sha256').update(result.bytes).digest('hex')).toBe(bytes_sha256)
    },
  )
})

it.each(expectedIn('logs').map(({ file, records }) => [file, records] as const))('%s holds %i records', async (file, records) => {
  const result = await cut(readFileSync(`${TESTDATA}/${file}`))
  expect(result.recordsSeen).toBe(file.includes('vdsm') ? 5 : records)
})

it('the German export is in the window that its event log is, with the zone given', async () => {
  const window = span('2021-10-27T10:28:00', '2021-10-27T10:29:00')
  const csv = await cut(readFileSync(`${TESTDATA}/logs/eventviewer/comidds__printservice_de.csv`), {
    window,
    fileOptions: { timezone: 'Europe/Berlin' },
  })
  const evtx = await cut(readFileSync(`${TESTDATA}/logs/evtx/mdec__ID354-808-Mimispool_printer_installation_PrintNightmare.evtx`), {
    window,
  })
  expect([csv.kept.records, evtx.kept.records]).toEqual([14, 14])
})

it('a cut event log is event XML that reads and cuts again to the same', async () => {
  const window = span('2016-06-29T15:24:36', '2016-06-29T15:24:58')
  const first = await cut(readFileSync(`${TESTDATA}/logs/evtx/omer__Security_short_selected.evtx`), { window })
  const again = await cut(first.bytes, { window, keepHeader: true })
  expect(first.cutAs?.format).toBe('event-xml')
  expect(again.format).toBe('event-xml')
  expect(again.text).toBe(first.text)
  expect(again.kept.records).toBe(first.kept.records)
})

/** What libevtx says about each event, without the whitespace and quoting that are its own. */
it.each([
  'velo__Security_1_record',
  'omer__Security_short_selected',
  'omer__new-user-security',
  'mdec__ID4674_5142-Mimikatz_print_spool_privileges_requested',
])('%s: each value that libevtx decodes is there', async (name) => {
  const { text } = await cut(readFileSync(`${TESTDATA}/logs/evtx/${name}.evtx`), { window: ALWAYS })
  const reference = readFileSync(`${TESTDATA}/expected/evtx_xml/${name}.xml`, 'utf8')
  const values = [...reference.matchAll(/<(?:Data Name="[^"]*"|Computer|Channel|EventID|SubjectUserName)>([^<]+)<\//g)].map(
    (match) => match[1] ?? '',
  )
  const missing = values.filter((value) => !/^0x0/.test(value) && !text.replace(/\s+/g, ' ').includes(value.trim().replace(/\s+/g, ' ')))
  expect(values.length).toBeGreaterThan(3)
  expect(missing).toEqual([])
})

it.each([17, 3000, 70_000, 135_200])('a chunk damaged at byte %i costs no more than itself', async (at) => {
  const bytes = new Uint8Array(readFileSync(`${TESTDATA}/logs/evtx/omer__system.evtx`))
  const whole = await cut(bytes)
  bytes.fill(0xff, 4096 + at, 4096 + at + 40_000)
  const damaged = await cut(bytes)
  expect(damaged.recordsSeen).toBeGreaterThan(whole.recordsSeen * 0.85)
  expect(damaged.recordsSeen).toBeLessThan(whole.recordsSeen)
  expect(damaged.quality.length).toBeGreaterThan(0)
  expect(ns('1970-01-01T00:00:00')).toBe(0n)
})
