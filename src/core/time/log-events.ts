import { entitiesOf } from '../logs/entities.ts'
import { type DecodedError, decodeErrors } from '../logs/errors/decode.ts'
import { type NamedPeer, PeerNames } from '../logs/peer-names.ts'
import type { LogRecord } from '../logs/record.ts'

/** A record that ties a log to the wire: it speaks of a connection to a peer. Times are seconds since the epoch on the log's clock. */
export interface LogEvent {
  readonly kind: 'connecting' | 'connected' | 'mention' | 'error'
  readonly at: number
  /** The true moment lies in [at, at + resolution). */
  readonly resolution: number
  readonly stampedAt: string
  readonly line: number
  readonly peer: NamedPeer | undefined
  readonly jobs: readonly string[]
  /** Of an error; the most telling first. */
  readonly errors: readonly DecodedError[]
}

const CONNECT =
  /connect|verbind|connex|conect|conex|conness|conett|conett|połącz|anslut|připoj|bağlan|подключ|соедин|接続|连接|連線|연결|\bdial|\bopen/iu
/** Words that say the connection stands already. */
const DONE =
  /connected|established|opened|verbunden|hergestellt|connecté|établie|conectado|establecid|connesso|stabilita|estabelecid|połączono|nawiązano|ansluten|upprättad|připojen|bağlandı|установлено|подключен|しました|已连接|已建立|已連線|되었습니다/iu

const MAX_ERRORS = 20_000
const MAX_EVENTS = 60_000 // errors included; then old openings that belong to no error are let go
const KEPT_RECENT = 20_000
const KEPT_BEFORE_ERROR = 8 // openings of its peer

/**
 * The events of a log, in file order: errors, and records that name a peer by address. Names (queues, jobs) that other records tie to an
 * address stand for it, wherever in the log those records are.
 */
export async function logEvents(records: AsyncIterable<LogRecord> | Iterable<LogRecord>): Promise<LogEvent[]> {
  const names = new PeerNames()
  const unnamed = new Map<LogEvent, LogRecord>()
  let events: LogEvent[] = []
  let errorCount = 0
  for await (const record of records) {
    if (record.timestampNs === undefined) continue
    if (!record.maySay.error && !record.maySay.address) continue
    const entities = entitiesOf(record.text)
    const errors = record.maySay.error ? decodeErrors(record.text) : []
    const skip = afterStamp(record)
    names.learn(record.text, entities, skip)
    if (errors.length === 0 && entities.endpoints.length === 0) continue
    if (errors.length > 0 && ++errorCount > MAX_ERRORS) continue
    if (events.length >= MAX_EVENTS) events = withoutOldOpenings(events)
    const event: LogEvent = {
      kind: errors.length > 0 ? 'error' : kindOf(record.text),
      at: Number(record.timestampNs / 1000n) / 1e6,
      resolution: record.resolutionNs / 1e9,
      stampedAt: record.stampedAt,
      line: record.line,
      peer: names.find(record.text, entities, skip),
      jobs: entities.jobs,
      errors,
    }
    if (entities.endpoints.length === 0) unnamed.set(event, record)
    events.push(event)
  }
  // What was learned later counts too: a queue may say its address after its first error.
  return events.map((event) => {
    const record = unnamed.get(event)
    return record ? { ...event, peer: names.find(record.text, entitiesOf(record.text), afterStamp(record)) ?? event.peer } : event
  })
}

/** Errors, what opened their connections, and what is recent. */
function withoutOldOpenings(events: readonly LogEvent[]): LogEvent[] {
  const wanted = new Map<string, number>()
  const kept: LogEvent[] = []
  for (let i = events.length - 1; i >= 0; i--) {
    const event = events[i]
    if (!event) continue
    const ip = event.peer?.ip ?? ''
    const remaining = wanted.get(ip) ?? 0
    if (event.kind === 'error') wanted.set(ip, KEPT_BEFORE_ERROR)
    else if (events.length - i > KEPT_RECENT && remaining === 0) continue
    else if (remaining > 0) wanted.set(ip, remaining - 1)
    kept.push(event)
  }
  return kept.reverse()
}

/** The stamp's words and numbers name nobody. */
function afterStamp({ text, stampedAt }: LogRecord): number {
  const at = stampedAt === '' ? -1 : text.indexOf(stampedAt)
  return at < 0 ? 0 : at + stampedAt.length
}

function kindOf(text: string): LogEvent['kind'] {
  if (!CONNECT.test(text)) return 'mention'
  return DONE.test(text) ? 'connected' : 'connecting'
}
