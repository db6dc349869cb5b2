import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packets } from '../support/capture-builder.ts'
import { concat, pcap } from '../support/capture-files.ts'
import { runCommand } from './run-command.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const LOG = join(CORPUS, 'c001.log')
const AT = '2025-09-23T13:59:37.611943Z'
const folder = mkdtempSync(join(tmpdir(), 'hangup-quick-'))
const LONG = join(folder, 'long.pcap')
afterAll(() => rmSync(folder, { recursive: true }))

/** The corpus capture with an hour of other traffic, ten packets a second, before and after it. */
beforeAll(() => {
  const [segment] = packets('0 10.9.0.1:40000 > 10.9.0.2:80 ACK len=400')
  const atNs = BigInt(Date.parse(AT)) * 1_000_000n
  const others = (from: number) =>
    pcap(
      segment === undefined
        ? []
        : Array.from({ length: 36_000 }, (_, i) => ({ ...segment, timestampNs: atNs + BigInt(from * 1e9) + BigInt(i) * 100_000_000n })),
    )
  const own = readFileSync(join(CORPUS, 'c001.pcap'))
  writeFileSync(LONG, concat([others(-4000), own.subarray(24), others(400).subarray(24)]))
})

interface Shown {
  readonly verdict: { readonly cause: string; readonly abortedBy: string }
  readonly evidence: readonly { readonly refs: readonly { readonly originalFrame?: number; readonly frame?: number }[] }[]
  readonly inputs: readonly { readonly name: string; readonly source: unknown; readonly quality: readonly string[] }[]
  readonly limits: readonly string[]
}

const diagnosed = async (...words: readonly string[]): Promise<Shown> =>
  JSON.parse((await runCommand('diagnose', '--json', '--at', AT, '--timezone', '+02:00', ...words, LONG, LOG)).out)

describe('diagnose --quick', () => {
  it('comes to the same verdict, says what was not read, and claims no frame numbers of the upload', async () => {
    const [quick, whole] = [await diagnosed('--quick'), await diagnosed()]
    expect([quick.verdict.cause, quick.verdict.abortedBy]).toEqual([whole.verdict.cause, whole.verdict.abortedBy])
    expect(quick.inputs[0]).toMatchObject({ name: 'long.pcap', source: { size: null, recordsSeen: null, sha256: null } })
    expect(quick.limits.join('\n')).toContain('of long.pcap only the window and 600 s before it were read')
    const refs = quick.evidence.flatMap((one) => one.refs).filter(({ frame }) => frame !== undefined)
    expect([refs.length > 0, refs.filter(({ originalFrame }) => originalFrame !== undefined)]).toEqual([true, []])
  })

  it('reads logs whole, and says why', async () => {
    const { err } = await runCommand('diagnose', '--quick', '--at', AT, '--timezone', '+02:00', LONG, LOG)
    expect(err).toBe('hangup: --quick: c001.log is read whole: it is no capture\n')
  })

  it.each(['diagnose', 'bundle'])('%s asks for the moment', async (command) => {
    const { code, err } = await runCommand(command, '--quick', '-o', join(folder, 'out'), LONG)
    expect([code, err]).toEqual([2, expect.stringContaining('--quick looks for one moment only: give --at T')])
  })
})

it('bundle --quick holds the capture that bundle holds, and diagnoses again to the same', async () => {
  const [quick, again] = [join(folder, 'quick.zip'), ['diagnose', '--json']]
  const words = ['--at', AT, '--timezone', '+02:00']
  expect((await runCommand('bundle', '--quick', ...words, '-o', quick, LONG, LOG)).code).toBe(0)
  expect((await runCommand('verify', quick)).code).toBe(0)
  const { limits, inputs } = JSON.parse((await runCommand(...again, quick)).out) as Shown
  expect(limits.join('\n')).toContain('(quick)')
  const whole = join(folder, 'whole.zip')
  await runCommand('bundle', ...words, '-o', whole, LONG, LOG)
  const full = JSON.parse((await runCommand(...again, whole)).out) as { inputs: readonly { sha256: string }[] }
  expect(inputs.map((input) => Reflect.get(input, 'sha256'))).toEqual(full.inputs.map(({ sha256 }) => sha256))
})

it('send --quick shows what it read', async () => {
  const { code, err } = await runCommand('send', '--quick', '--dry-run', '--to', 'https://hangup.example', '--key', 'k', '--at', AT, LONG)
  expect([code, err]).toEqual([0, expect.stringMatching(/was read from 2025-09-23T13:.* to .* only\n {2}is sent: \d+ packets/)])
})
