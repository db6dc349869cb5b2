import { describe, expect, it } from 'vitest'
import { readEvidence } from '../../../src/core/abort/read-evidence.ts'
import type { EvidenceFile } from '../../../src/core/diagnosis/question.ts'
import { cutUpload } from '../../../src/core/intake/cut-upload.ts'
import type { CutReceipt } from '../../../src/core/intake/receipt.ts'
import { captureFile, diagnosed, evidenceFile, logFile, moment, opened, QUESTION } from '../../support/diagnosed.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const START = new Date(Number(moment(0) / 1_000_000n))
const MONTH = START.toLocaleString('en-US', { month: 'short', timeZone: 'UTC' })

const fromOf = async (files: readonly EvidenceFile[]): Promise<string[]> =>
  (await readEvidence(files, QUESTION)).logs.map(({ from }) => new Date(from * 1000).toISOString().slice(0, 10))

describe('without an incident time', () => {
  it('stamps without a year are of the capture’s year, in whatever order the files come', async () => {
    const log = logFile(`${MONTH} ${String(START.getUTCDate()).padStart(2, ' ')} 10:00:01 host lpd: connection reset by peer\n`)
    const capture = captureFile(opened())
    const day = START.toISOString().slice(0, 10)
    expect([await fromOf([log, capture]), await fromOf([capture, log])]).toEqual([[day], [day]])
  })
})

it('a cut log is read with the day order that the whole log showed', async () => {
  const whole = bytesOf('03/04/2026 10:00:00 a\n13/04/2026 10:00:00 b\n')
  const kept: Uint8Array[] = []
  const window = { fromNs: BigInt(Date.UTC(2026, 3, 3)) * 1_000_000n, toNs: BigInt(Date.UTC(2026, 3, 4)) * 1_000_000n }
  const request = { window, scope: 'all', toolVersion: '0', by: 'service' } as const
  const [receipt] = await cutUpload([whole], 'a.log', {}, request, () => ({
    write: (piece) => void kept.push(new Uint8Array(piece)),
    end: () => undefined,
    abort: () => undefined,
  }))
  const cut = (known: CutReceipt | undefined) => evidenceFile('a.log', 'log', kept[0] ?? new Uint8Array(), {}, known)
  expect([await fromOf([cut(receipt)]), await fromOf([cut(undefined)])]).toEqual([['2026-04-03'], ['2026-03-04']])
})

describe('a text without time stamps', () => {
  it.each([
    ['alone', []],
    ['beside a capture', [captureFile(opened())]],
  ])('is named in the limits: %s', async (_how, others) => {
    const { limits } = await diagnosed([logFile('hello\nthere is no time here\n', 'notes.txt'), ...others])
    expect(limits.filter((limit) => limit.includes('notes.txt') && limit.includes('timeFormat'))).toHaveLength(1)
  })
})
