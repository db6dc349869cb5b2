import type { EvidenceFile, Question } from '../../diagnosis/question.ts'
import { entitiesOf, type LogEntities } from '../../logs/entities.ts'
import { type DecodedError, decodeErrors } from '../../logs/errors/decode.ts'
import { type NamedPeer, PeerNames } from '../../logs/peer-names.ts'
import { readLog } from '../../logs/read-log.ts'
import type { LogRecord } from '../../logs/record.ts'

/** One error that a log shows. `at` is seconds since the epoch on the log's own clock; the true moment lies in [at, at + resolution). */
export interface LoggedError {
  readonly input: number
  readonly line: number
  readonly at: number
  readonly resolution: number
  readonly stampedAt: string
  readonly decoded: DecodedError
  /** The peer that the record names, by address or by a name that other records tie to one. */
  readonly peer: NamedPeer | undefined
}

/** A record that names an endpoint: `connected to 10.0.0.9:9100`. */
export interface Mention {
  readonly at: number
  readonly resolution: number
  readonly line: number
  readonly ip: string
  readonly port: number | undefined
}

export interface EvidenceLog {
  readonly input: number
  readonly file: EvidenceFile
  readonly records: number
  readonly from: number
  readonly until: number
  readonly errors: readonly LoggedError[]
  readonly mentions: readonly Mention[]
  readonly leftOut: number
}

const MOST_ERRORS = 5_000
const MOST_MENTIONS = 20_000

const secondsOf = (ns: bigint): number => Number(ns / 1_000_000_000n) + Number(ns % 1_000_000_000n) / 1e9

interface Pending {
  readonly error: Omit<LoggedError, 'peer'>
  readonly text: string
  readonly entities: LogEntities
}

/** Reads a log once: its errors, decoded and tied to a peer, and when it names which endpoint. Keeps no other text. */
export async function readEvidenceLog(input: number, file: EvidenceFile, question: Question): Promise<EvidenceLog> {
  const names = new PeerNames()
  const pending: Pending[] = []
  const mentions: Mention[] = []
  let records = 0
  let leftOut = 0
  let from = Number.POSITIVE_INFINITY
  let until = Number.NEGATIVE_INFINITY
  const options = {
    fileOptions: file.options,
    caseTimezone: question.timezone,
    incidentAtNs: question.incidentAtNs,
    fileName: file.name,
  }
  for await (const record of readLog(file.source.open(), options)) {
    records++
    const entities = entitiesOf(record.text)
    names.learn(record.text, entities, record.stampedAt.length)
    if (record.timestampNs === undefined) continue
    const at = secondsOf(record.timestampNs)
    from = Math.min(from, at)
    until = Math.max(until, at)
    const [endpoint] = entities.endpoints
    if (endpoint && mentions.length < MOST_MENTIONS) {
      mentions.push({ at, resolution: record.resolutionNs / 1e9, line: record.line, ip: endpoint.ip, port: endpoint.port })
    }
    const [decoded] = decodeErrors(record.text)
    if (!decoded) continue
    if (pending.length < MOST_ERRORS)
      pending.push({ error: errorOf(input, record, at, decoded), text: record.text.slice(0, 1_024), entities })
    else leftOut++
  }
  const errors = pending.map(({ error, text, entities }) => ({ ...error, peer: names.find(text, entities, error.stampedAt.length) }))
  return { input, file, records, from, until, errors, mentions, leftOut }
}

const errorOf = (input: number, record: LogRecord, at: number, decoded: DecodedError): Omit<LoggedError, 'peer'> => ({
  input,
  line: record.line,
  at,
  resolution: record.resolutionNs / 1e9,
  stampedAt: record.stampedAt,
  decoded,
})
