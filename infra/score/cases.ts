import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { EvidenceFile, Question } from '../../src/core/diagnosis/question.ts'
import { cutUpload } from '../../src/core/intake/cut-upload.ts'
import { DEFAULT_TOLERANCE_SECONDS } from '../../src/core/time/window.ts'
import type { Truth } from './truth.ts'

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const whole = join(process.env.HANGUP_SHARED ?? join(repository, '..', 'shared'), 'corpus')

/** The whole corpus where it lies beside the checkout, else the selection that ships. */
export const CORPUS = existsSync(whole) ? whole : join(repository, 'test', 'corpus')

/** How a case is asked: what is told beside the incident time, and how that time is stated. */
export interface Asked {
  readonly hints: string
  readonly at: string
}

export const EVERY_WAY: readonly Asked[] = ['none', 'peer', 'full'].flatMap((hints) =>
  ['exact', 'minute', 'log'].map((at) => ({ hints, at })),
)

/** Cases are split by the number in their name: `odd` fits, `even` checks. */
export const halfOf = (name: string): string => (Number(/\d+/.exec(name)?.[0] ?? 0) % 2 === 1 ? 'odd' : 'even')

export const truthsIn = (dir: string): Truth[] =>
  readdirSync(dir)
    .filter((name) => name.endsWith('.truth.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(dir, name), 'utf8')) as Truth)

/** The files of a case, whole, or cut to `cutSeconds` before the incident as the service does, and the question. */
export async function ask(
  dir: string,
  truth: Truth,
  asked: Asked,
  cutSeconds: number | undefined,
): Promise<{ files: EvidenceFile[]; question: Question }> {
  const whole = (truth.capture_files ?? [truth.capture_file]).map((name) => evidence(dir, name, 'capture'))
  if (truth.log) whole.push(evidence(dir, truth.log.file, 'log'))
  const question = questionOf(truth, asked)
  if (cutSeconds === undefined) return { files: whole, question }
  const cut = await Promise.all(whole.map((file) => cutDown(file, question, cutSeconds)))
  return { files: cut.filter((file) => file !== undefined), question }
}

function evidence(dir: string, name: string, kind: 'capture' | 'log'): EvidenceFile {
  const bytes = new Uint8Array(readFileSync(join(dir, name)))
  const source = { name, size: bytes.length, open: () => [bytes] }
  return { file: `${kind === 'capture' ? 'captures' : 'logs'}/${name}`, name, kind, source, options: {}, receipt: undefined }
}

const toNs = (stamp: string): bigint => {
  const fraction = /\.(\d+)/.exec(stamp)?.[1] ?? ''
  return BigInt(Date.parse(`${stamp.slice(0, 19)}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, '0').slice(0, 9))
}

const hintedPeer = ({ hints }: Truth): Question['peer'] => (hints?.peer ? { ip: hints.peer, port: undefined } : undefined)

function questionOf(truth: Truth, { hints, at }: Asked): Question {
  const stamp = truth.incident_at ?? truth.app_event_at ?? truth.last_packet_at
  const exact = toNs(stamp)
  const offset = BigInt(Math.round((truth.log?.log_clock_offset_ms ?? 0) * 1e6))
  const minutes = Math.abs(truth.log?.utc_offset_minutes ?? 0)
  const two = (value: number) => String(value).padStart(2, '0')
  const sign = (truth.log?.utc_offset_minutes ?? 0) < 0 ? '-' : '+'
  const { server_ip, printer_ip, printer_port } = truth.subject
  return {
    incidentAtNs: at === 'minute' ? exact - (exact % 60_000_000_000n) : at === 'log' ? ((exact + offset) / 1_000_000n) * 1_000_000n : exact,
    window: undefined,
    toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
    host: hints === 'full' ? server_ip : truth.hints?.host,
    peer: hints === 'none' ? hintedPeer(truth) : { ip: printer_ip, port: hints === 'full' ? printer_port : undefined },
    timezone: truth.log && !truth.log.zone_in_text ? `${sign}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}` : undefined,
    error: undefined,
    revision: 1,
    payloadStripped: false,
  }
}

/** What the service would have kept: the file cut round the incident, with its receipt. */
async function cutDown(file: EvidenceFile, question: Question, seconds: number): Promise<EvidenceFile | undefined> {
  const incident = question.incidentAtNs ?? 0n
  const before = BigInt(Math.round(seconds * 1e9))
  const kept: Uint8Array[] = []
  const request = {
    window: { fromNs: incident - before, toNs: incident + 60_000_000_000n },
    caseTimezone: question.timezone,
    host: question.host,
    peer: question.peer?.ip,
    scope: question.peer ? ('peers' as const) : ('all' as const),
    incidentAtNs: question.incidentAtNs,
    toolVersion: '0.0.0',
    by: 'service' as const,
  }
  const write = (bytes: Uint8Array) => {
    kept.push(bytes.slice())
  }
  const [receipt] = await cutUpload(file.source.open(), file.name, file.options, request, () => ({
    write,
    end: () => undefined,
    abort: () => undefined,
  }))
  if (!receipt || receipt.kept.records === 0) return undefined
  return { ...file, source: { name: file.name, open: () => kept }, receipt }
}
