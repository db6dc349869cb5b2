/** Names, numbers and addresses in one record: what ties it to a connection. */
export interface LogEntities {
  readonly endpoints: readonly LogEndpoint[]
  /** `job 49218`, `Auftrag 12`, `[Job 23149]`: the number. */
  readonly jobs: readonly string[]
}

export interface LogEndpoint {
  readonly ip: string
  readonly port: number | undefined
  /** Where it stands in the text. */
  readonly at: number
}

const MAX_TEXT = 4096
const MAX_ENDPOINTS = 8

const JOB =
  /\b(?:jobs?|job[ _-]?(?:id|nr|no)|auftrag|druckauftrag|travail|tâche|trabajo|lavoro|taak|zadanie|request|req|task)[ :=#"']{0,3}(\d{1,12})\b/giu

/** Addresses (IPv4, IPv6, with ports) and job numbers in the first 4,096 characters. Linear: each candidate is bounded. */
export function entitiesOf(text: string): LogEntities {
  const looked = text.length > MAX_TEXT ? text.slice(0, MAX_TEXT) : text
  const endpoints = [...ipv4In(looked), ...ipv6In(looked)].sort((a, b) => a.at - b.at).slice(0, MAX_ENDPOINTS)
  const jobs = [...looked.matchAll(JOB)].map((match) => match[1] ?? '')
  return { endpoints, jobs: [...new Set(jobs)].slice(0, 4) }
}

const ARROW = /(?:->|=>|→|⇒)[\s[/"']{0,4}$/
const LOCAL = /(?:\b(?:local|laddr|source|src)(?:[ _-]?(?:address|addr|ip|endpoint))?|\bL)[\s:=/["'(]{1,4}$/iu
const REMOTE = /(?:\b(?:remote|raddr|dest(?:ination)?|dst)(?:[ _-]?(?:address|addr|ip|endpoint))?|\bR)[\s:=/["'(]{1,4}$/iu

/**
 * The two ends of a connection where a record writes both: `write tcp LOCAL->REMOTE` (Go's net.OpError), `L:/LOCAL - R:/REMOTE` (Netty),
 * `local address … remote address …`. Undefined where it writes one, or does not say which is which.
 */
export function endsIn(text: string, endpoints: readonly LogEndpoint[]): { local: LogEndpoint; remote: LogEndpoint } | undefined {
  const [first, second] = endpoints
  if (!first || !second || (first.ip === second.ip && first.port === second.port)) return undefined
  const [before, between] = [text.slice(Math.max(0, first.at - 24), first.at), text.slice(first.at, second.at)]
  if (ARROW.test(between) || (LOCAL.test(before) && REMOTE.test(between))) return { local: first, remote: second }
  return REMOTE.test(before) && LOCAL.test(between) ? { local: second, remote: first } : undefined
}

const IPV4 =
  /(?<![\d.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)(?:[:,](\d{1,5})(?!\d)|[ ]?(?:port|Port|Anschluss)[ :=]{1,2}(\d{1,5}))?/g

function ipv4In(text: string): LogEndpoint[] {
  const found: LogEndpoint[] = []
  for (const match of text.matchAll(IPV4)) {
    const bytes = match.slice(1, 5).map(Number)
    if (bytes.some((byte) => byte > 255) || bytes.every((byte) => byte === 0)) continue
    found.push({ ip: bytes.join('.'), port: portOf(match[5] ?? match[6]), at: match.index })
    if (found.length >= MAX_ENDPOINTS) break
  }
  return found
}

const portOf = (digits: string | undefined): number | undefined => {
  const port = Number(digits ?? 0)
  return port > 0 && port < 65_536 ? port : undefined
}

const IPV6 =
  /\[([0-9a-fA-F:.]{2,45})(?:%[\w.]{1,16})?\](?::(\d{1,5})(?!\d))?|(?<![0-9a-zA-Z:.])([0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){2,7}(?:\.\d{1,3}){0,3})(?![0-9a-zA-Z:.])/g

function ipv6In(text: string): LogEndpoint[] {
  const found: LogEndpoint[] = []
  for (const match of text.matchAll(IPV6)) {
    const ip = canonicalIpv6(match[1] ?? match[3] ?? '')
    if (ip === undefined) continue
    found.push({ ip, port: portOf(match[2]), at: match.index })
    if (found.length >= MAX_ENDPOINTS) break
  }
  return found
}

/** RFC 5952 form; undefined for text that is no IPv6 address (a time of day, for instance). */
export function canonicalIpv6(text: string): string | undefined {
  const halves = text.toLowerCase().split('::')
  if (halves.length > 2 || !text.includes(':')) return undefined
  const groupsOf = (half: string): string[] => (half === '' ? [] : half.split(':'))
  const head = groupsOf(halves[0] ?? '')
  const tail = halves.length === 2 ? groupsOf(halves[1] ?? '') : []
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined
  const groups = [...head, ...new Array<string>(halves.length === 2 ? missing : 0).fill('0'), ...tail]
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/.test(group))) return undefined
  return compressed(groups.map((group) => group.replace(/^0{1,3}(?=.)/, '')))
}

/** The longest run of zero groups (two or more; the first of equals) becomes `::`. */
function compressed(groups: readonly string[]): string {
  let best = { at: -1, length: 1 }
  for (let i = 0; i < groups.length; i++) {
    let length = 0
    while (groups[i + length] === '0') length++
    if (length > best.length) best = { at: i, length }
    i += Math.max(0, length - 1)
  }
  if (best.at < 0) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`
}

/** A dotted quad or an IPv6 address may be there: three dots between digits, or two colons in a row. */
export function mayHoldAddress(buffer: Uint8Array, from: number, to: number): boolean {
  let dots = 0
  for (let i = from; i < to; i++) {
    const byte = buffer[i] as number
    if (byte === 46) {
      if (++dots === 3) return true
    } else if (byte === 58) {
      if (buffer[i + 1] === 58) return true
      dots = 0
    } else if (byte < 48 || byte > 57) dots = 0
  }
  return false
}
