import { isPrintPort } from './print-ports.ts'
import { visible } from './report-escape.ts'
import type { Cause, Diagnosis, LookAt, Party, Ref } from './schema.ts'

/** What each cause is called in a heading: a customer's words, no verdict on a vendor. */
export const CAUSE_TITLES: Record<Cause, string> = {
  'fin-wait-1-timeout': 'The goodbye was never acknowledged',
  'fin-wait-2-timeout': 'The other side did not say goodbye in time',
  'retransmission-timeout': 'Data was never acknowledged',
  'keepalive-timeout': 'Keep-alive probes went unanswered',
  'early-close': 'The peer closed while the host was still sending',
  'peer-idle-close': 'The peer closed a quiet connection',
  'peer-reset': 'The peer reset the connection',
  'peer-restarted': 'The peer forgot the connection',
  'middlebox-reset': 'A device on the path reset the connection',
  'host-abort': "The host's own software reset the connection",
  'zero-window-stall': 'The peer stopped reading',
  'idle-state-loss': 'A device on the path forgot the connection',
  'path-mtu-black-hole': 'Large packets never arrive',
  corruption: 'Packets arrive damaged',
  'neighbor-unreachable': "The peer's address was not answered for",
  'duplicate-address': "Two machines use the peer's address",
  'network-outage': 'The network went away',
  'icmp-unreachable': 'The network reported the peer unreachable',
  'connect-refused': 'The connection was refused',
  'connect-timeout': 'The connection was never answered',
  'no-wire-cause': 'The wire shows no abort',
  'normal-close': 'Nothing was aborted',
  undetermined: 'The evidence does not decide',
}

export const PARTY_NAMES: Record<Party, string> = {
  host: 'the host',
  peer: 'the peer',
  middlebox: 'a device on the path',
  nobody: 'nobody',
  undetermined: 'undetermined',
}

/** Who ended it, in words. The third machine need not lie on the path. */
export const partyName = ({ cause, abortedBy }: Diagnosis['verdict']): string =>
  cause === 'duplicate-address' && abortedBy === 'middlebox' ? 'another machine with that address' : PARTY_NAMES[abortedBy]

export const LOOK_AT: Record<LookAt, string> = {
  host: 'the host and its software',
  peer: 'the peer device',
  path: 'the network between host and peer',
  nowhere: 'nowhere: nothing is wrong here',
  unknown: 'not known yet',
}

export const OWNERS: Record<Diagnosis['recommendations'][number]['owner'], string> = {
  host: 'Host administrator',
  peer: 'Owner of the peer device',
  network: 'Network team',
  support: 'Support',
}

const OWNER_OF: Record<LookAt, keyof typeof OWNERS | undefined> = {
  host: 'host',
  peer: 'peer',
  path: 'network',
  nowhere: undefined,
  unknown: 'support',
}

/** Who should act first: the owner of the place to look at. */
export function whoShouldAct({ verdict }: Diagnosis): string {
  const owner = OWNER_OF[verdict.lookAt]
  return owner === undefined ? 'Nobody' : OWNERS[owner]
}

/** Where to look, as a sentence. */
export function lookAtSentence(lookAt: LookAt): string {
  if (lookAt === 'nowhere') return 'Nothing is wrong here.'
  return lookAt === 'unknown' ? 'Where to look is not known yet.' : `Look at ${LOOK_AT[lookAt]}.`
}

/** A confidence in words; the number goes beside it. */
export function sureness(probability: number | null): string {
  if (probability === null) return 'Open'
  if (probability >= 0.95) return 'Almost certain'
  if (probability >= 0.85) return 'Very likely'
  return probability >= 0.65 ? 'Likely' : 'Uncertain'
}

/** Both ends of the interval were seen, so near each other that it singles the timer out. */
export const isMeasured = ({ expectedSeconds, observed }: Diagnosis['timers'][number]): boolean =>
  observed.max - observed.min <= Math.max(3, 0.05 * expectedSeconds)

/** What was seen of a timer's interval. */
export function seenInterval({ min, max }: Diagnosis['timers'][number]['observed']): string {
  if (max - min < 0.001) return duration(max)
  return min < 0.001 ? `at most ${duration(max)}` : `${duration(min)} to ${duration(max)}`
}

/** The codes of a reported error, the canonical name only where no code begins with it. */
export const errorCodes = ({ canonical, codes }: NonNullable<Diagnosis['reportedError']>): string[] =>
  codes.some((code) => code === canonical || code.startsWith(`${canonical} `)) ? [...codes] : [canonical, ...codes]

/** May the failed request be sent again? */
export interface RepeatAdvice {
  readonly question: string
  readonly answer: 'Yes' | 'Look first' | 'Not known'
  readonly says: string
}

const ANSWERS: Record<NonNullable<Diagnosis['delivery']>['mayRepeat'], RepeatAdvice['answer']> = {
  yes: 'Yes',
  'look-first': 'Look first',
  'not-known': 'Not known',
}

/** Answers from what the peer's stack acknowledged: the engine's own sentence, under a word that fits in a headline. */
export function repeatAdvice(diagnosis: Diagnosis): RepeatAdvice {
  const question = isPrintPort(diagnosis.connection?.peer.port) ? 'Print the job again?' : 'Send the request again?'
  const { delivery } = diagnosis
  if (delivery === null)
    return { question, answer: 'Not known', says: 'No capture shows how much of it arrived: look at the device first.' }
  return { question, answer: ANSWERS[delivery.mayRepeat], says: sentence(delivery.says) }
}

/** `94 %`, or words where there is no number. Never 100: calibrated probabilities end at 99. */
export function percent(probability: number | null): string {
  if (probability === null) return 'open'
  if (probability < 0.01) return '< 1 %'
  return `${Math.min(99, Math.round(probability * 100))} %`
}

/** `frame 812`, `line 4411`, or `flow digest`, without the file. */
export function refPlace(ref: Ref): string {
  if (ref.frame !== undefined) return `frame ${ref.frame}`
  if (ref.line !== undefined) return `line ${ref.line}`
  return ref.source === 'digest' ? 'whole upload (digest)' : 'file'
}

/** `14:02:07.418` of an ISO 8601 stamp, to milliseconds, UTC. */
export function clockTime(stamp: string): string {
  const match = /T(\d\d:\d\d:\d\d)(?:\.(\d+))?/.exec(stamp)
  return match ? `${match[1]}.${(match[2] ?? '').padEnd(3, '0').slice(0, 3)}` : visible(stamp)
}

/** Seconds as a person says them: `380 µs`, `12 ms`, `2.4 s`, `119.9 s`, `14 min 20 s`, `2 h 3 min`. */
export function duration(seconds: number): string {
  const s = Math.abs(seconds)
  const sign = seconds < 0 ? '−' : ''
  if (s < 0.0005) return `${sign}${Math.round(s * 1e6)} µs`
  if (s < 0.9995) return `${sign}${trim(s * 1e3, s < 0.01 ? 1 : 0)} ms`
  if (s < 600) return `${sign}${trim(s, s < 100 ? 2 : 1)} s`
  const [large, small, unit] = s < 7199.5 ? [' min', ' s', Math.round(s)] : [' h', ' min', Math.round(s / 60)]
  return `${sign}${Math.floor(unit / 60)}${large}${unit % 60 === 0 ? '' : ` ${unit % 60}${small}`}`
}

const trim = (value: number, digits: number): string => String(Number(value.toFixed(digits)))

/** A remark of the engine as a sentence: a capital in front, unless the first word is an address or a name, and a full stop. */
export function sentence(said: string): string {
  const capital = /^[a-z]+[ ,'’]/.test(said) ? said.charAt(0).toUpperCase() + said.slice(1) : said
  return capital === '' || /[.!?:…]$/.test(capital) ? capital : `${capital}.`
}

/** Each place once, file by file, in the order of the file. */
export function distinctRefs(refs: readonly Ref[]): Ref[] {
  const files = [...new Set(refs.map(({ file }) => file))]
  const place = ({ file, frame, line }: Ref) => files.indexOf(file) * 2 ** 40 + (frame ?? line ?? 0)
  const once = refs.filter((ref, i) => refs.findIndex((other) => other.file === ref.file && refPlace(other) === refPlace(ref)) === i)
  return once.sort((a, b) => place(a) - place(b))
}

/** `10.0.0.5:49822`, `[2001:db8::5]:9100`, or the address alone. */
export function endpoint(end: { readonly ip: string; readonly port: number | null }): string {
  if (end.port === null) return end.ip
  return end.ip.includes(':') ? `[${end.ip}]:${end.port}` : `${end.ip}:${end.port}`
}

/** `1.4 MB`, decimal. */
export function byteCount(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  const unit = bytes < 1e6 ? 'kB' : bytes < 1e9 ? 'MB' : 'GB'
  const value = bytes / (unit === 'kB' ? 1e3 : unit === 'MB' ? 1e6 : 1e9)
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`
}

/** Milliseconds since the epoch of an ISO 8601 stamp, with the fraction beyond them. */
export function stampMs(stamp: string): number {
  const fraction = /\.(\d+)/.exec(stamp)?.[1]
  const whole = Date.parse(stamp.replace(/\.\d+/, ''))
  return fraction === undefined ? whole : whole + Number(`0.${fraction}`) * 1000
}
