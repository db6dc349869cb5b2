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

const MAX_EVENTS = 20_000

/**
 * The events of a log, in file order: errors, and records that name a peer by address. Names (queues, jobs) that other records tie to an
 * address stand for it, wherever in the log those records are.
 */
export async function logEvents(records: AsyncIterable<LogRecord> | Iterable<LogRecord>): Promise<LogEvent[]> {
  const names = new PeerNames()
  const events: LogEvent[] = []
  const unnamed: { index: number; record: LogRecord }[] = []
  for await (const record of records) {
    if (record.timestampNs === undefined || events.length >= MAX_EVENTS) continue
    const entities = entitiesOf(record.text)
    const errors = decodeErrors(record.text)
    const skip = afterStamp(record)
    names.learn(record.text, entities, skip)
    if (errors.length === 0 && entities.endpoints.length === 0) continue
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
    if (entities.endpoints.length === 0) unnamed.push({ index: events.length, record })
    events.push(event)
  }
  // What was learned later counts too: a queue may say its address after its first error.
  for (const { index, record } of unnamed) {
    const event = events[index]
    if (event) events[index] = { ...event, peer: names.find(record.text, entitiesOf(record.text), afterStamp(record)) ?? event.peer }
  }
  return events
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
