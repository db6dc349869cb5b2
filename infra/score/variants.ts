import type { EvidenceFile, Question } from '../../src/core/diagnosis/question.ts'
import { ask } from './cases.ts'
import { readRecords, writeRecords } from './records.ts'
import * as rewrites from './rewrites.ts'
import type { Truth } from './truth.ts'

/** A case as it is put to the engine. */
export interface Posed {
  readonly truth: Truth
  readonly files: readonly EvidenceFile[]
  readonly question: Question
}

/** A case, whole, and where its files lie. */
interface Whole extends Posed {
  readonly dir: string
}

/** One way in which evidence comes worse than it was captured. */
export interface Variant {
  readonly name: string
  /** The case, made worse; none where the variant makes no sense of it. */
  readonly pose: (whole: Whole) => Promise<readonly Posed[]> | readonly Posed[]
}

const EXACT = { hints: 'none', at: 'exact' } as const
const SECOND = 1_000_000_000n

/** Each variant of a case, the whole one first. */
export async function* variantsOf(dir: string, truth: Truth, only: string | undefined): AsyncGenerator<{ name: string; posed: Posed }> {
  const whole = { dir, truth, ...(await ask(dir, truth, EXACT, undefined)) }
  for (const { name, pose } of VARIANTS) {
    if (only !== undefined && !name.includes(only)) continue
    for (const posed of await pose(whole)) yield { name, posed }
  }
}

const bytesOf = async (file: EvidenceFile): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = []
  for await (const piece of file.source.open()) pieces.push(piece)
  return pieces.length === 1 && pieces[0] ? pieces[0] : new Uint8Array(Buffer.concat(pieces))
}

const holding = (file: EvidenceFile, bytes: Uint8Array): EvidenceFile => ({
  ...file,
  source: { name: file.name, size: bytes.length, open: () => [bytes] },
})

const capturesOf = ({ truth }: Posed): readonly string[] => truth.capture_files ?? [truth.capture_file]
const isSingle = (posed: Posed): boolean => capturesOf(posed).length === 1

/** Every capture rewritten; nothing where nothing is left of one. */
async function rewritten(whole: Posed, rewriteOf: (file: EvidenceFile) => rewrites.Rewrite): Promise<Posed[]> {
  const files: EvidenceFile[] = []
  for (const file of whole.files) {
    if (file.kind === 'log') files.push(file)
    else {
      const records = rewriteOf(file)(await readRecords(await bytesOf(file)))
      if (records.length === 0) return []
      files.push(holding(file, writeRecords(records)))
    }
  }
  return [{ ...whole, files }]
}

const all =
  (rewrite: rewrites.Rewrite): Variant['pose'] =>
  (whole) =>
    rewritten(whole, () => rewrite)

/** What one place of capture calls the machine. */
const subjectIn = ({ truth }: Posed, file: EvidenceFile): Truth['subject'] =>
  truth.captures?.find((capture) => capture.file === file.name)?.subject ?? truth.subject

/** Without payload no checksum can be verified: damage looks like loss. */
const snapped =
  (bytes: number): Variant['pose'] =>
  async (whole) => {
    const { truth } = whole
    const scenario =
      truth.scenario === 'checksum_corruption' ? [...truth.acceptable.scenario, 'retransmission_timeout'] : truth.acceptable.scenario
    const posed = await rewritten(whole, () => rewrites.snapped(bytes))
    return posed.map((one) => ({ ...one, truth: { ...truth, acceptable: { ...truth.acceptable, scenario } } }))
  }

const withoutFirst =
  (share: number): Variant['pose'] =>
  (whole) =>
    isSingle(whole)
      ? rewritten(whole, () => (records) => {
          const [first, last] = [records[0]?.ns ?? 0n, records.at(-1)?.ns ?? 0n]
          const from = first + BigInt(Math.round(Number(last - first) * share))
          return rewrites.within(from, last + 1n)(records)
        })
      : []

const endingBefore =
  (ns: bigint): Variant['pose'] =>
  (whole) => {
    const at = whole.question.incidentAtNs
    return at === undefined || whole.truth.benign || !isSingle(whole) ? [] : rewritten(whole, () => rewrites.within(0n, at - ns))
  }

const stated =
  (seconds: bigint): Variant['pose'] =>
  (whole) => [{ ...whole, question: { ...whole.question, incidentAtNs: (whole.question.incidentAtNs ?? 0n) + seconds * SECOND } }]

const cutTo =
  (seconds: number): Variant['pose'] =>
  async ({ dir, truth }) => [{ truth, ...(await ask(dir, truth, EXACT, seconds)) }]

const withoutLog: Variant['pose'] = (whole) => [{ ...whole, files: whole.files.filter(({ kind }) => kind === 'capture') }]

/** Each place of capture for itself, on its own clock. */
const eachAlone: Variant['pose'] = (whole) => {
  const places = whole.truth.captures ?? []
  if (places.length < 2 || places.some(({ chain }) => chain)) return []
  return places.flatMap(({ file: name, subject, clock_offset_ms: offset }) => {
    const files = whole.files.filter((file) => file.name === name)
    const incidentAtNs = (whole.question.incidentAtNs ?? 0n) + BigInt(Math.round((offset ?? 0) * 1e6))
    const truth = { ...whole.truth, name, capture_file: name, capture_files: [name], subject: subject ?? whole.truth.subject }
    return [{ truth, files, question: { ...whole.question, incidentAtNs } }]
  })
}

const oneSide =
  (end: 'server_ip' | 'printer_ip'): Variant['pose'] =>
  (whole) =>
    rewritten(whole, (file) => rewrites.without(subjectIn(whole, file)[end]))

const inText = async (file: EvidenceFile, change: (text: string) => string): Promise<EvidenceFile> =>
  holding(file, new TextEncoder().encode(change(new TextDecoder().decode(await bytesOf(file)))))

/** Another port than that of printing, of the same length so that nothing else in the log moves. */
const onPort =
  (port: number): Variant['pose'] =>
  async (whole) => {
    const from = whole.truth.subject.printer_port
    // An ICMP error quotes the port as well.
    if (!isSingle(whole) || whole.truth.scenario === 'icmp_unreachable' || whole.truth.hints) return []
    const [posed] = await rewritten(whole, () => rewrites.withPort(from, port))
    if (!posed) return []
    const words = new RegExp(`(?<![\\d.])${from}(?![\\d.])`, 'g')
    const files = await Promise.all(
      posed.files.map((file) => (file.kind === 'log' ? inText(file, (text) => text.replace(words, String(port))) : file)),
    )
    return [{ ...posed, files, truth: { ...posed.truth, subject: { ...posed.truth.subject, printer_port: port } } }]
  }

/** What these turn on is not TCP, and is not carried over. */
const NOT_TCP_ALONE = ['host_unreachable_arp', 'duplicate_ip', 'icmp_unreachable', 'path_mtu_black_hole', 'network_outage']

const inIpv6: Variant['pose'] = async (whole) => {
  const { subject } = whole.truth
  if (!isSingle(whole) || subject.server_ip.includes(':') || NOT_TCP_ALONE.includes(whole.truth.scenario)) return []
  const [posed] = await rewritten(whole, () => rewrites.overIpv6)
  if (!posed) return []
  const said = (text: string) =>
    text.replace(/(?<![\d.])(\d{1,3}(?:\.\d{1,3}){3})(:\d+)?(?![\d.])/g, (_, ip: string, port: string | undefined) =>
      port ? `[${rewrites.asIpv6(ip)}]${port}` : rewrites.asIpv6(ip),
    )
  const files = await Promise.all(posed.files.map((file) => (file.kind === 'log' ? inText(file, said) : file)))
  const turned = { ...subject, server_ip: rewrites.asIpv6(subject.server_ip), printer_ip: rewrites.asIpv6(subject.printer_ip) }
  const { host, peer } = posed.question
  const question = { ...posed.question, host: host && rewrites.asIpv6(host), peer: peer && { ...peer, ip: rewrites.asIpv6(peer.ip) } }
  return [{ ...posed, files, question, truth: { ...posed.truth, subject: turned } }]
}

/** Asked by the printer's side: the machine that opened the connection is the peer. What it did is said of the other end. */
const OTHER_END: Readonly<Record<string, readonly string[]>> = {
  server: ['printer'],
  timeout_server_stack: ['printer'],
  printer: ['server'],
  middlebox: ['middlebox'],
  none: ['none'],
  undetermined: ['undetermined'],
}
const OTHER_CAUSE: Readonly<Record<string, readonly string[]>> = {
  peer_reset: ['local_abort'],
  early_close_by_peer: ['local_abort'],
  peer_idle_close: ['local_abort', 'fin_wait_2_timeout'],
  peer_restarted: ['local_abort'],
  local_abort: ['peer_reset', 'early_close_by_peer'],
  // Which of the two ended a half-closed wait depends on who is asked.
  fin_wait_2_timeout: ['early_close_by_peer', 'peer_idle_close'],
}

const rolesSwapped: Variant['pose'] = (whole) => {
  const { truth, question } = whole
  const { server_ip, server_port, printer_ip, printer_port } = truth.subject
  if (!isSingle(whole) || NOT_TCP_ALONE.includes(truth.scenario) || truth.hints) return []
  const turned = (parties: readonly string[]) => parties.flatMap((party) => OTHER_END[party] ?? [])
  const causes = (scenarios: readonly string[]) => scenarios.flatMap((scenario) => [scenario, ...(OTHER_CAUSE[scenario] ?? [])])
  const swapped: Truth = {
    ...truth,
    expected: { ...truth.expected, aborted_by: turned([truth.expected.aborted_by])[0] ?? '' },
    acceptable: {
      ...truth.acceptable,
      scenario: causes([truth.scenario, ...truth.acceptable.scenario]),
      aborted_by: turned(truth.acceptable.aborted_by),
    },
    subject: { server_ip: printer_ip, server_port: printer_port, printer_ip: server_ip, printer_port: server_port },
  }
  const files = whole.files.filter(({ kind }) => kind === 'capture')
  return [{ truth: swapped, files, question: { ...question, host: printer_ip, peer: { ip: server_ip, port: undefined } } }]
}

/** From the mildest to what hides most. */
export const VARIANTS: readonly Variant[] = [
  { name: 'whole', pose: (whole) => [whole] },
  { name: 'without the log', pose: withoutLog },
  { name: 'stated 75 s early', pose: stated(-75n) },
  { name: 'stated 75 s late', pose: stated(75n) },
  { name: 'cut to 60 s before', pose: cutTo(60) },
  { name: 'without the first 30 % of time', pose: withoutFirst(0.3) },
  { name: 'without the first 60 % of time', pose: withoutFirst(0.6) },
  { name: 'without handshakes', pose: all(rewrites.withoutHandshakes) },
  { name: 'each capture alone', pose: eachAlone },
  { name: "without the peer's packets", pose: oneSide('printer_ip') },
  { name: "without the host's packets", pose: oneSide('server_ip') },
  { name: 'ends 1 s before the incident', pose: endingBefore(SECOND) },
  { name: 'snaplen 68', pose: snapped(68) },
  { name: 'snaplen 54', pose: snapped(54) },
  { name: '1 % of frames lost', pose: (whole) => rewritten(whole, ({ name }) => rewrites.dropping(0.01, name)) },
  { name: '5 % of frames lost', pose: (whole) => rewritten(whole, ({ name }) => rewrites.dropping(0.05, name)) },
  { name: 'every frame twice', pose: all(rewrites.mirroredTwice) },
  { name: 'mirrored before and behind a router', pose: all(rewrites.mirroredAroundRouter) },
  { name: 'segments merged (GRO)', pose: all(rewrites.merged) },
  { name: 'stamps to 1 ms', pose: all(rewrites.coarse(1_000_000n)) },
  { name: 'stamps to 1 s', pose: all(rewrites.coarse(SECOND)) },
  { name: 'another port (7777)', pose: onPort(7777) },
  { name: 'over IPv6', pose: inIpv6 },
  { name: "asked from the printer's side", pose: rolesSwapped },
]
