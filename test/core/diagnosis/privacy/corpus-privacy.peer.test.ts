import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { Frame } from '../../../../src/core/capture/frame.ts'
import { scanCapture } from '../../../../src/core/capture/scan.ts'
import { concat } from '../../../../src/core/diagnosis/bundle-zip.ts'
import { CasePrivacy } from '../../../../src/core/diagnosis/privacy/privacy.ts'
import { parseIp } from '../../../../src/core/packet/address.ts'
import { headerChecksum, transportChecksum } from '../../../../src/core/packet/checksum.ts'
import { decode } from '../../../../src/core/packet/decode.ts'
import { Packet } from '../../../../src/core/packet/packet.ts'
import { stratified } from '../../../support/corpus-case.ts'
import { sharedPath } from '../../../support/shared.ts'

interface Truth {
  readonly name: string
  readonly scenario: string
  readonly capture_files: string[]
  readonly subject: { readonly server_ip: string; readonly printer_ip: string }
}

const truths = stratified(
  readdirSync(sharedPath('corpus'))
    .filter((name) => name.endsWith('.truth.json'))
    .map((name): Truth => JSON.parse(readFileSync(sharedPath('corpus', name), 'utf8'))),
  3,
)

const readCapture = (name: string): Uint8Array => {
  const bytes = readFileSync(sharedPath('corpus', name))
  return new Uint8Array(name.endsWith('.gz') ? gunzipSync(bytes) : bytes)
}

function filtered(privacy: CasePrivacy, kind: 'capture' | 'log', bytes: Uint8Array): Uint8Array {
  const out: Uint8Array[] = []
  const filter = privacy.filter(kind, (piece) => void out.push(piece))
  for (let at = 0; at < bytes.length; at += 4093) filter.push(bytes.slice(at, at + 4093))
  filter.end()
  return concat(out)
}

/** What a diagnosis reads of each frame, addresses as the pseudonyms they get. */
async function facts(bytes: Uint8Array, rename: (address: string) => string) {
  const packet = new Packet()
  const rows: string[] = []
  const payloads: string[] = []
  await scanCapture([bytes], (frame: Frame) => {
    decode(frame, packet)
    const { buffer, source, destination, ipVersion } = packet
    const size = ipVersion === 4 ? 4 : 16
    const address = (at: number) => (ipVersion === 0 ? '' : rename(Buffer.from(buffer.subarray(at, at + size)).toString('hex')))
    const tcp =
      packet.kind === 'tcp'
        ? [packet.seq, packet.ack, packet.flags, packet.window, packet.payloadLength, packet.sourcePort, packet.destinationPort]
        : []
    const wholeBefore = packet.kind !== 'tcp' || packet.payloadLength === 0
    const sums = wholeBefore ? [headerChecksum(packet), packet.payloadLength === 0 ? transportChecksum(packet) : ''] : []
    rows.push(
      [
        frame.frameNumber,
        frame.seconds,
        frame.nanoseconds,
        frame.originalLength,
        packet.kind === 'none' ? '' : packet.kind,
        packet.ttl,
        address(source),
        address(destination),
        ...tcp,
        ...sums,
      ].join(' '),
    )
    if (packet.kind === 'tcp' && packet.payloadCaptured >= 24) {
      payloads.push(Buffer.from(buffer.subarray(packet.payloadStart + 4, packet.payloadStart + 24)).toString('latin1'))
    }
  })
  return { rows, payloads }
}

describe('a pseudonymised capture of the corpus', () => {
  it.each(truths.map((truth): [string, Truth] => [truth.name, truth]))(
    '%s tells the same story and holds no original address or payload byte',
    async (_, truth) => {
      const privacy = new CasePrivacy({ payload: 'keep', addresses: 'pseudonymise' })
      for (const name of truth.capture_files) {
        const original = readCapture(name)
        const made = filtered(privacy, 'capture', original)
        const renames = new Map<string, string>()
        const before = await facts(original, (address) => renames.get(address) ?? address)
        const after = await facts(made, (address) => address)
        expect(after.rows.length).toBe(before.rows.length)
        for (const [i, row] of after.rows.entries()) {
          const [was, is] = [before.rows[i]?.split(' ') ?? [], row.split(' ')]
          for (const at of [6, 7]) {
            const known = renames.get(was[at] ?? '')
            if (known === undefined) renames.set(was[at] ?? '', is[at] ?? '')
            else expect(is[at], `frame ${i + 1}`).toBe(known)
            was[at] = is[at] ?? ''
          }
          expect(is.join(' '), `frame ${i + 1} of ${name}`).toBe(was.join(' '))
        }
        const raw = Buffer.from(made)
        for (const address of [truth.subject.server_ip, truth.subject.printer_ip]) {
          expect(raw.includes(Buffer.from(parseIp(address) ?? [])), `${address} in ${name}`).toBe(false)
        }
        const text = raw.toString('latin1')
        for (const payload of before.payloads) if (new Set(payload).size > 4) expect(text.includes(payload)).toBe(false)
      }
    },
  )

  it('is opened by tshark without a complaint', () => {
    const folder = mkdtempSync(join(tmpdir(), 'hangup-privacy-'))
    for (const truth of truths.filter((__, i) => i % 12 === 0)) {
      const privacy = new CasePrivacy({ payload: 'keep', addresses: 'pseudonymise' })
      const file = join(folder, 'case.pcap')
      writeFileSync(file, filtered(privacy, 'capture', readCapture(truth.capture_files[0] ?? '')))
      const malformed = execFileSync('tshark', ['-r', file, '-Y', '_ws.malformed && !tcp.len'], { encoding: 'utf8', stdio: 'pipe' })
      expect(malformed, truth.name).toBe('')
    }
    rmSync(folder, { recursive: true })
  })

  it.each(truths.filter((__, i) => i % 4 === 0).map((truth): [string, Truth] => [truth.name, truth]))(
    '%s: the log holds no address of the subject either',
    (_, truth) => {
      const privacy = new CasePrivacy({ payload: 'keep', addresses: 'pseudonymise' })
      const log = readFileSync(sharedPath('corpus', `${truth.name}.log`))
      const made = Buffer.from(filtered(privacy, 'log', new Uint8Array(log))).toString('latin1')
      expect(made.split('\n')).toHaveLength(log.toString('latin1').split('\n').length)
      for (const address of [truth.subject.server_ip, truth.subject.printer_ip]) {
        expect(new RegExp(`(?<![\\d.])${address.replaceAll('.', '\\.')}(?![\\d])`).test(made), address).toBe(false)
      }
    },
  )
})
