import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unzipSync } from 'fflate'
import { afterEach, describe, expect, it } from 'vitest'
import { ed25519Signer, makeSigningKey, verifyEd25519 } from '../../../src/cases/ed25519.ts'
import { writeBundle } from '../../../src/core/diagnosis/bundle.ts'
import { openBundle } from '../../../src/core/diagnosis/bundle-read.ts'
import { concat } from '../../../src/core/diagnosis/bundle-zip.ts'
import { sourceOfBytes } from '../../../src/core/diagnosis/bundle-zip-read.ts'
import { diagnose } from '../../../src/core/diagnosis/diagnose.ts'
import { packetComments } from '../../../src/core/diagnosis/packet-comments.ts'
import { CasePrivacy } from '../../../src/core/diagnosis/privacy/privacy.ts'
import type { EvidenceFile, Question } from '../../../src/core/diagnosis/question.ts'
import { MARKDOWN_LIMIT, renderMarkdown } from '../../../src/core/diagnosis/report-markdown.ts'
import type { Diagnosis } from '../../../src/core/diagnosis/schema.ts'
import { verifyBundle } from '../../../src/core/diagnosis/verify.ts'
import { parseIp } from '../../../src/core/packet/address.ts'
import { corpusTruths, evidenceOf, questionOf, stratified, type Truth } from '../../support/corpus-case.ts'

const truths = stratified(corpusTruths(), 2)
const rows = truths.map((truth): [string, Truth] => [truth.name, truth])
const signer = await ed25519Signer(await makeSigningKey())

async function bundleOf(
  evidence: readonly EvidenceFile[],
  question: Question,
): Promise<{ bytes: Uint8Array; diagnosis: Awaited<ReturnType<typeof diagnose>> }> {
  const diagnosis = await diagnose(evidence, question, '0.1.0')
  const out: Uint8Array[] = []
  await writeBundle({ diagnosis, question, connections: [], evidence, signer }, (piece) => void out.push(piece.slice()))
  return { bytes: concat(out), diagnosis }
}

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

function unpack(bytes: Uint8Array): string {
  const folder = mkdtempSync(join(tmpdir(), 'hangup-bundle-'))
  folders.push(folder)
  for (const [name, content] of Object.entries(unzipSync(bytes))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), content)
  }
  return folder
}

/** What a tool of Wireshark says; it must not complain. tshark warns of its own about running as root. */
function wireshark(tool: 'tshark' | 'capinfos', args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(tool, args, { encoding: 'utf8' })
  const complaints = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('Running as user "root"'))
  expect([status, complaints], `${tool} ${args[1] ?? ''}`).toEqual([0, []])
  return stdout
}

const FLAG_BITS = [2, 1, 4, 8, 16] as const
const FLAG_NAMES = ['SYN', 'FIN', 'RST', 'PSH', 'ACK']

/** Each drawn segment is the packet that Wireshark shows under its number: sender, flags, bytes. */
function expectDrawnAsShown({ sequence, connection }: Diagnosis, name: string, capture: string): void {
  const drawn = sequence.filter(({ kind, ref }) => kind === 'segment' && ref?.file === name)
  if (drawn.length === 0) return
  const fields = ['frame.number', 'ip.src', 'ipv6.src', 'tcp.flags', 'tcp.len'].flatMap((field) => ['-e', field])
  const shown = tshark(capture, '-T', 'fields', ...fields).split('\n')
  const rows = new Map(shown.map((line) => [Number(line.split('\t')[0]), line.split('\t').map((value) => value.split(',')[0] ?? '')]))
  for (const { ref, from, to, flags, length } of drawn) {
    const [, ip4, ip6, bits, bytes] = rows.get(ref?.frame ?? 0) ?? []
    const names = FLAG_NAMES.filter((_, i) => Number(bits) & (FLAG_BITS[i] ?? 0)).join(' ')
    // What a device sent in a side's name has that side's address: it is drawn towards the other.
    const claimed = from === 'middlebox' ? (to === 'host' ? 'peer' : 'host') : (from ?? 'host')
    expect([ip4 || ip6, names, Number(bytes)], `frame ${ref?.frame}`).toEqual([connection?.[claimed as 'host' | 'peer'].ip, flags, length])
  }
}

const tshark = (file: string, ...args: string[]): string => wireshark('tshark', ['-r', file, ...args])

describe('the bundle of a corpus case', () => {
  it.each(rows)('%s verifies, says the same when asked again, and tells its story in Wireshark', async (_, truth) => {
    const evidence = await evidenceOf(truth)
    const { bytes, diagnosis } = await bundleOf(evidence, questionOf(truth))
    const source = sourceOfBytes('bundle.zip', bytes)
    expect(await verifyBundle(source, verifyEd25519, signer.publicKey)).toMatchObject({ ok: true, changed: [], trusted: true })
    const opened = await openBundle(source)
    expect(await diagnose(opened.evidence, opened.question, '0.1.0')).toEqual(diagnosis)
    const folder = unpack(bytes)
    const captures = Object.keys(unzipSync(bytes)).filter((name) => name.startsWith('captures/'))
    if (captures.length > 0)
      wireshark(
        'capinfos',
        captures.map((name) => join(folder, name)),
      )
    for (const file of evidence.filter(({ kind }) => kind === 'capture')) {
      const comments = packetComments(diagnosis, file.file)
      const shown = tshark(join(folder, file.file), '-T', 'fields', '-e', 'frame.number', '-e', 'frame.comment')
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t'))
      expect(shown).toHaveLength(file.receipt?.kept.records ?? -1)
      const commented = shown.filter(([, comment]) => comment).map(([number]) => Number(number))
      expect(commented).toEqual([...comments.keys()].sort((a, b) => a - b))
      expectDrawnAsShown(diagnosis, file.file, join(folder, file.file))
    }
    const ticket = renderMarkdown(diagnosis)
    expect(ticket.length).toBeLessThanOrEqual(MARKDOWN_LIMIT)
    expect(ticket.replace(/`[^`\n]*`/g, '')).not.toMatch(/\]\(|https?:|(^|\s)@\w/)
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

  it.each(rows.filter((__, i) => i % 4 === 0))('%s: any flipped byte is found', async (_, truth) => {
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
