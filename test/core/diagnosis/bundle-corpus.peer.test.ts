import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { ed25519Signer, makeSigningKey, verifyEd25519 } from '../../../src/cases/ed25519.ts'
import { writeBundle } from '../../../src/core/diagnosis/bundle.ts'
import { evidenceEntryName } from '../../../src/core/diagnosis/bundle-names.ts'
import { openBundle } from '../../../src/core/diagnosis/bundle-read.ts'
import { concat } from '../../../src/core/diagnosis/bundle-zip.ts'
import { sourceOfBytes } from '../../../src/core/diagnosis/bundle-zip-read.ts'
import { diagnose } from '../../../src/core/diagnosis/diagnose.ts'
import { packetComments } from '../../../src/core/diagnosis/packet-comments.ts'
import { CasePrivacy } from '../../../src/core/diagnosis/privacy/privacy.ts'
import type { EvidenceFile, Question } from '../../../src/core/diagnosis/question.ts'
import { verifyBundle } from '../../../src/core/diagnosis/verify.ts'
import { cutUpload } from '../../../src/core/intake/cut-upload.ts'
import type { CutReceipt } from '../../../src/core/intake/receipt.ts'
import { parseIp } from '../../../src/core/packet/address.ts'
import { ALWAYS } from '../../../src/core/time/window.ts'
import { sharedPath } from '../../support/shared.ts'

interface Truth {
  readonly name: string
  readonly capture_files: string[]
  readonly incident_at: string | null
  readonly subject: { readonly server_ip: string; readonly printer_ip: string }
  readonly log: { readonly utc_offset_minutes: number }
}

const truths = readdirSync(sharedPath('corpus'))
  .filter((name) => name.endsWith('.truth.json'))
  .map((name): Truth => JSON.parse(readFileSync(sharedPath('corpus', name), 'utf8')))
const rows = truths.map((truth): [string, Truth] => [truth.name, truth])
const signer = await ed25519Signer(await makeSigningKey())

/** Cuts a case's files (the whole files are the window), as the service would. */
async function evidenceOf(truth: Truth, privacy?: CasePrivacy): Promise<EvidenceFile[]> {
  const evidence: EvidenceFile[] = []
  for (const name of [...truth.capture_files, `${truth.name}.log`]) {
    const out: Uint8Array[] = []
    const minutes = truth.log.utc_offset_minutes
    const zone = `${minutes < 0 ? '-' : '+'}${new Date(Math.abs(minutes) * 60_000).toISOString().slice(11, 16)}`
    const bytes = new Uint8Array(readFileSync(sharedPath('corpus', name)))
    const request = { window: ALWAYS, caseTimezone: zone, scope: 'all', toolVersion: '0', by: 'client', privacy } as const
    const output = { write: (piece: Uint8Array) => void out.push(piece.slice()), end: () => undefined, abort: () => undefined }
    const [receipt] = (await cutUpload([bytes], name, {}, request, () => output)) as [CutReceipt]
    const file = evidenceEntryName(
      receipt.name,
      receipt.kind,
      evidence.map((each) => each.file),
    )
    evidence.push({ file, name: receipt.name, kind: receipt.kind, source: sourceOfBytes(name, concat(out)), options: {}, receipt })
  }
  return evidence
}

const questionOf = (truth: Truth): Question => ({
  incidentAtNs: truth.incident_at === null ? undefined : BigInt(Math.round(Date.parse(truth.incident_at) * 1e6)),
  window: undefined,
  toleranceSeconds: 120,
  host: truth.subject.server_ip,
  peer: { ip: truth.subject.printer_ip, port: undefined },
  timezone: '+00:00',
  error: undefined,
  revision: 1,
  payloadStripped: false,
})

async function bundleOf(
  evidence: readonly EvidenceFile[],
  question: Question,
): Promise<{ bytes: Uint8Array; diagnosis: Awaited<ReturnType<typeof diagnose>> }> {
  const diagnosis = await diagnose(evidence, question, '0.1.0')
  const out: Uint8Array[] = []
  await writeBundle({ diagnosis, question, connections: [], evidence, signer }, (piece) => void out.push(piece.slice()))
  return { bytes: concat(out), diagnosis }
}

function unpack(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'hangup-bundle-'))
  for (const [name, content] of Object.entries(unzipSync(bytes))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

const tshark = (file: string, ...args: string[]): string =>
  execFileSync('tshark', ['-r', file, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

describe('the bundle of a corpus case', () => {
  it.each(rows)('%s verifies, says the same when asked again, and tells its story in Wireshark', async (_, truth) => {
    const evidence = await evidenceOf(truth)
    const { bytes, diagnosis } = await bundleOf(evidence, questionOf(truth))
    const source = sourceOfBytes('bundle.zip', bytes)
    expect(await verifyBundle(source, verifyEd25519, signer.publicKey)).toMatchObject({ ok: true, changed: [], trusted: true })
    const opened = await openBundle(source)
    expect(await diagnose(opened.evidence, opened.question, '0.1.0')).toEqual(diagnosis)
    const folder = unpack(bytes)
    for (const file of evidence.filter(({ kind }) => kind === 'capture')) {
      const comments = packetComments(diagnosis, file.file)
      const shown = tshark(join(folder, file.file), '-T', 'fields', '-e', 'frame.number', '-e', 'frame.comment')
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'))
      expect(shown).toHaveLength(file.receipt?.kept.records ?? -1)
      const commented = shown.filter(([, comment]) => comment).map(([number]) => Number(number))
      expect(commented).toEqual([...comments.keys()].sort((a, b) => a - b))
    }
    if (diagnosis.connection?.streamIndex != null) {
      const { host, peer } = diagnosis.connection
      const ends = tshark(
        join(folder, 'captures/subject.pcapng'),
        '-Y',
        `${diagnosis.connection.protocol} and not icmp and not icmpv6`,
        '-T',
        'fields',
        '-e',
        'ip.addr',
        '-e',
        'ipv6.addr',
      )
      const named = new Set(ends.split(/[\s,]+/).filter((each) => each !== ''))
      expect(
        [...named].every((each) => each === host.ip || each === peer.ip),
        [...named].join(' '),
      ).toBe(true)
      expect(named.size).toBeGreaterThan(0)
    }
  })

  it.each(rows.filter((__, i) => i % 10 === 0))('%s: any flipped byte is found', async (_, truth) => {
    const { bytes } = await bundleOf(await evidenceOf(truth), questionOf(truth))
    for (let i = 0; i < 12; i++) {
      const at = Math.floor((bytes.length * (i + 0.5)) / 12)
      const copy = bytes.slice()
      copy[at] = (copy[at] ?? 0) ^ (1 << (i % 8))
      expect((await verifyBundle(sourceOfBytes('b.zip', copy), verifyEd25519)).ok, `byte ${at}`).toBe(false)
    }
  })
})

describe('a pseudonymised bundle', () => {
  it.each(rows)('%s has the same cause and party, and no original address', async (_, truth) => {
    const open = await diagnose(await evidenceOf(truth), { ...questionOf(truth), payloadStripped: true }, '0.1.0')
    const privacy = new CasePrivacy({ payload: 'strip', addresses: 'pseudonymise' })
    const evidence = await evidenceOf(truth, privacy)
    const { bytes, diagnosis } = await bundleOf(evidence, privacy.question(questionOf(truth)))
    expect([diagnosis.verdict.cause, diagnosis.verdict.abortedBy]).toEqual([open.verdict.cause, open.verdict.abortedBy])
    for (const [name, content] of Object.entries(unzipSync(bytes))) {
      const raw = Buffer.from(content)
      for (const address of [truth.subject.server_ip, truth.subject.printer_ip]) {
        expect(
          new RegExp(`(?<![\\d.])${address.replaceAll('.', '\\.')}(?![\\d])`).test(raw.toString('latin1')),
          `${address} in ${name}`,
        ).toBe(false)
        if (name.startsWith('captures/')) expect(raw.includes(Buffer.from(parseIp(address) ?? [])), `${address} in ${name}`).toBe(false)
      }
    }
  })
})
