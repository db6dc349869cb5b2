import { readdirSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { readCapture } from '../../../src/core/abort/captures/read-capture.ts'
import type { CanonicalError } from '../../../src/core/logs/errors/canonical.ts'
import { readLog } from '../../../src/core/logs/read-log.ts'
import { estimateLogClock, type LogClock } from '../../../src/core/time/log-clock.ts'
import { type LogEvent, logEvents } from '../../../src/core/time/log-events.ts'

const SHARED = process.env.HANGUP_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const CORPUS = `${SHARED}/corpus`

interface Truth {
  readonly name: string
  readonly incident_at: string | null
  readonly connection_opened_at: string
  readonly subject: { readonly printer_ip: string }
  readonly captures: readonly { readonly file: string; readonly chain?: readonly { readonly file: string }[] }[]
  readonly log: {
    readonly file: string
    readonly line: number | null
    readonly reported_code: number | null
    readonly utc_offset_minutes: number
    readonly zone_in_text: boolean
    readonly log_clock_offset_ms: number
  }
}

const CODES: Readonly<Record<number, CanonicalError>> = {
  101: 'ENETUNREACH',
  104: 'ECONNRESET',
  110: 'ETIMEDOUT',
  111: 'ECONNREFUSED',
  113: 'EHOSTUNREACH',
  10013: 'EACCES',
  10053: 'ECONNABORTED',
  10054: 'ECONNRESET',
  10060: 'ETIMEDOUT',
  10061: 'ECONNREFUSED',
  10065: 'EHOSTUNREACH',
}

const truths: Truth[] = readdirSync(CORPUS)
  .filter((name) => name.endsWith('.truth.json'))
  .map((name) => JSON.parse(readFileSync(`${CORPUS}/${name}`, 'utf8')))

const zoneOf = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${String(Math.floor(Math.abs(minutes) / 60)).padStart(2, '0')}:${String(Math.abs(minutes) % 60).padStart(2, '0')}`

function eventsOf({ log, incident_at, connection_opened_at }: Truth, timezone: string | undefined): Promise<LogEvent[]> {
  const incidentAtNs = BigInt(Date.parse(incident_at ?? connection_opened_at)) * 1_000_000n
  return logEvents(readLog([readFileSync(`${CORPUS}/${log.file}`)], { incidentAtNs, fileOptions: { timezone } }))
}

async function clockOf(truth: Truth, timezone: string | undefined): Promise<LogClock | undefined> {
  const [capture] = truth.captures
  const names = capture?.chain?.map(({ file }) => file) ?? [capture?.file ?? '']
  const open = (name: string) => () => [
    new Uint8Array(name.endsWith('.gz') ? gunzipSync(readFileSync(`${CORPUS}/${name}`)) : readFileSync(`${CORPUS}/${name}`)),
  ]
  const read = await readCapture(
    names.map((name, input) => ({
      input,
      file: { file: name, name, kind: 'capture' as const, source: { name, open: open(name) }, options: {}, receipt: undefined },
    })),
  )
  return estimateLogClock(await eventsOf(truth, timezone), read.connections)
}

it('every error line of the corpus is found, decoded and tied to its peer; benign logs have none', async () => {
  const wrong: string[] = []
  for (const truth of truths) {
    const events = await eventsOf(truth, zoneOf(truth.log.utc_offset_minutes))
    const error = events.find(({ kind, line }) => kind === 'error' && line === truth.log.line)
    const expected = CODES[truth.log.reported_code ?? 0]
    if (
      truth.log.line === null
        ? events.some(({ kind }) => kind === 'error')
        : !error || error.peer?.ip !== truth.subject.printer_ip || (expected && error.errors[0]?.canonical !== expected)
    )
      wrong.push(truth.name)
  }
  expect(truths.length).toBeGreaterThan(200)
  expect(wrong).toEqual([])
}, 120_000)

describe.each([
  ['with the zone given', true],
  ['without a zone, so that whole hours must be found', false],
])('log clocks %s', (_how, given) => {
  it('hold the true offset in 95 % of the cases that give one; 80 % of the skewed ones give one; none is confidently wrong', async () => {
    const counts = { skewed: 0, skewedGiven: 0, given: 0, holds: 0, confident: 0, confidentlyWrong: [] as string[] }
    for (const truth of truths) {
      const { log } = truth
      const offset = log.log_clock_offset_ms / 1000 + (given || log.zone_in_text ? 0 : log.utc_offset_minutes * 60)
      const clock = await clockOf(truth, given ? zoneOf(log.utc_offset_minutes) : undefined)
      const holds = clock !== undefined && clock.interval[0] <= offset && offset <= clock.interval[1]
      if (offset !== 0) counts.skewed++
      if (offset !== 0 && clock) counts.skewedGiven++
      if (clock) counts.given++
      if (holds) counts.holds++
      if (clock?.confident) counts.confident++
      if (clock?.confident && !holds) counts.confidentlyWrong.push(truth.name)
    }
    console.info(counts)
    expect(counts.holds / counts.given).toBeGreaterThanOrEqual(0.95)
    expect(counts.skewedGiven / counts.skewed).toBeGreaterThanOrEqual(0.8)
    expect(counts.confidentlyWrong).toEqual([])
  }, 300_000)
})
