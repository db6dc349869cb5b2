import { z } from 'zod'

/** ISO 8601, UTC, with as many fractional digits as are known. */
const Stamp = z.string().max(40)
const Count = z.number().int().nonnegative()

/** What the caller may say about a file (query of PUT, `options[NAME]` of intake, `FILE,key=value` on the command line). */
export const FileOptions = z.strictObject({
  kind: z.enum(['capture', 'log']).optional(),
  /** IANA name or `+HH:MM`: zone of the stamps of a log that names none. */
  timezone: z.string().max(64).optional(),
  /** WHATWG encoding label. */
  encoding: z.string().max(40).optional(),
  /** Layout of the stamps where guessing fails (see the logs room). */
  timeFormat: z.string().max(100).optional(),
  dayFirst: z.stringbool().or(z.boolean()).optional(),
  /** Seconds: this file's clock − reference clock. */
  clockOffset: z.coerce.number().min(-1e8).max(1e8).optional(),
  vantage: z.enum(['host', 'peer', 'middle', 'unknown']).optional(),
  keepUndated: z.stringbool().or(z.boolean()).optional(),
  /** Names the map, kept by the sender, with which page or command line pseudonymised these bytes: they are not renamed again. */
  pseudonyms: z.string().min(8).max(64).optional(),
})
export type FileOptions = z.infer<typeof FileOptions>

const Seconds = z.number()

/**
 * One end of a digested connection. A counter that is absent is 0; anything else that is absent was not seen, or was left out
 * because `scope: peers` drops the connection. `core/tcp/digest-facts.ts` gives it back as the tracker's facts.
 */
const DigestEnd = z.object({
  ip: z.string().max(45),
  port: z.number().int().min(0).max(65_535),
  packets: Count,
  bytes: Count,
  state: z.string().max(20),
  rfcState: z.string().max(20).optional(),
  /** First packet, last packet, last payload (absent: none), in seconds after the connection's `startedAt`. */
  after: z.array(Seconds).max(3).optional(),
  /** Highest relative sequence number sent, and highest of it acknowledged. */
  sentSeq: Count.optional(),
  ackedSeq: Count.optional(),
  retransmissions: Count.optional(),
  zeroWindows: Count.optional(),
  keepAlives: Count.optional(),
  resets: Count.optional(),
  fins: Count.optional(),
  captureDuplicates: Count.optional(),
  badChecksums: Count.optional(),
  /** SYN options: MSS, window scale (null: not offered), SACK permitted, time stamps. */
  syn: z.tuple([z.number().int().nullable(), z.number().int().nullable(), z.boolean(), z.boolean()]).optional(),
  /** TTL or hop limit: the usual value; where others were seen its share, then the others. */
  ttl: z.array(z.number().nonnegative()).min(1).max(10).optional(),
  ipId: z.string().max(20).optional(),
  /** Indexes into the digest's `macs`. */
  macs: z.array(Count).max(4).optional(),
  /** Round trip, seconds: least, median, samples. */
  rtt: z.tuple([Seconds, Seconds, Count]).optional(),
})

/** Numbers about one connection of the whole upload: no payload. */
export const DigestConnection = z.object({
  protocol: z.enum(['tcp', 'udp']),
  streamIndex: Count,
  originator: DigestEnd,
  responder: DigestEnd,
  originatorBy: z.enum(['syn', 'service-port', 'first-packet']),
  connState: z.string().max(10),
  history: z.string().max(80),
  startedAt: Stamp,
  /** Of the last packet, after `startedAt`. */
  seconds: Seconds,
})
export type DigestConnection = z.infer<typeof DigestConnection>

/** Most connections of one digest. */
export const MOST_DIGESTED = 20_000

export const FlowDigest = z.object({
  connections: z.array(DigestConnection).max(MOST_DIGESTED),
  /** Connections the upload held beyond those listed. */
  leftOut: Count,
  /** Link addresses, lower case with colons; ends refer to them by index. */
  macs: z.array(z.string().max(17)).max(80_000),
})
/** An array, or the list that holds them as text (`DigestList`). */
export interface DigestConnections extends Iterable<DigestConnection> {
  readonly length: number
}

export type FlowDigest = Omit<z.infer<typeof FlowDigest>, 'connections'> & { readonly connections: DigestConnections }

export const LogDigest = z.object({
  firstAt: Stamp.nullable(),
  lastAt: Stamp.nullable(),
  /** Records in each minute that has any: [minute as `YYYY-MM-DDTHH:MMZ`, records]. Bounded; the rest is counted in `minutesLeftOut`. */
  recordsPerMinute: z.array(z.tuple([z.string(), Count])),
  minutesLeftOut: Count,
  errors: z.array(
    z.object({
      /** Null for text without a time. */
      at: Stamp.nullable(),
      stampedAt: z.string(),
      code: z.string(),
      canonical: z.string().nullable(),
      line: Count,
      peer: z.string().nullable(),
    }),
  ),
  errorsLeftOut: Count,
})
export type LogDigest = z.infer<typeof LogDigest>

const AnswerEnd = z.object({ ip: z.string().max(45), port: z.number().int().min(0).max(65_535) })

/** The protocols in which an answer is understood. */
export const ANSWER_PROTOCOLS = ['pjl', 'ipp', 'lpd', 'zpl', 'http', 'tls-alert', 'unknown'] as const

/** What one side of a connection said last, decoded before its payload was cut away: no text of it. */
export const LastWord = z.object({
  /** In the cut file. */
  frame: Count,
  from: AnswerEnd,
  to: AnswerEnd,
  /** Payload of that segment on the wire. */
  bytes: Count,
  protocol: z.enum(ANSWER_PROTOCOLS),
  meaning: z.string().max(120),
})
export type LastWord = z.infer<typeof LastWord>

/** One JSON document for each evidence file: what came, what was kept, how sure. */
export const CutReceipt = z.object({
  schemaVersion: z.literal(1),
  /** The upload's base name. */
  name: z.string(),
  /** Entry inside an archive, where the upload was one. */
  entry: z.string().nullable(),
  kind: z.enum(['capture', 'log']),
  /** `pcap`, `pcapng`, `evtx`, `text`, `csv`, `json-lines`, … */
  format: z.string(),
  compression: z.enum(['none', 'gzip', 'zstd', 'zip']),
  by: z.enum(['service', 'client']),
  tool: z.object({ name: z.literal('hangup'), version: z.string() }),
  /** Bytes as uploaded (compressed, where it was); sha256 null where the file was not read whole or not hashed. */
  source: z.object({
    size: Count.nullable(),
    recordsSeen: Count.nullable(),
    sha256: z.string().nullable(),
    from: Stamp.nullable(),
    to: Stamp.nullable(),
  }),
  window: z.object({ from: Stamp, to: Stamp }),
  kept: z.object({ records: Count, bytes: Count, from: Stamp.nullable(), to: Stamp.nullable(), sha256: z.string().nullable() }),
  dropped: z.object({ before: Count, after: Count, withoutTime: Count, outOfScope: Count }),
  /** Kept record ordinal → ordinal in the upload, as runs: [first kept ordinal, first upload ordinal]; ordinals are frames or lines, 1-based. */
  ordinals: z.array(z.tuple([Count, Count])),
  /** What was given, read from the file, or inferred: zone, encoding, day order, year, link types, snaplen … */
  options: z.record(z.string(), z.unknown()),
  quality: z.array(z.string()),
  warnings: z.array(z.object({ code: z.string(), message: z.string() })),
  /** Seconds: the `clockOffset` that would bring the case's error into the window; absent where none is wanted or known. */
  suggestedClockOffset: z.number().optional(),
  /** Of a capture whose payload was cut away: the words in protocols that are known, those said last. */
  lastWords: z.array(LastWord).max(2000).optional(),
  flowDigest: FlowDigest.nullable(),
  logDigest: LogDigest.nullable(),
})
export type CutReceipt = Omit<z.infer<typeof CutReceipt>, 'flowDigest'> & { flowDigest: FlowDigest | null }
