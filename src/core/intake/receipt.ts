import { z } from 'zod'

/** ISO 8601, UTC, with as many fractional digits as are known. */
const Stamp = z.string().max(40)
const Count = z.number().int().nonnegative()

/** What the caller may say about a file (query of PUT, `options[NAME]` of intake, `FILE,key=value` on the command line). */
export const FileOptions = z.object({
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
})
export type FileOptions = z.infer<typeof FileOptions>

const DigestEnd = z.object({
  ip: z.string(),
  port: z.number().int(),
  packets: Count,
  bytes: Count,
  state: z.string(),
  rfcState: z.string(),
  firstAt: Stamp.nullable(),
  lastAt: Stamp.nullable(),
  lastDataAt: Stamp.nullable(),
  sentSeq: Count,
  ackedSeq: Count,
  retransmissions: Count,
  zeroWindows: Count,
  keepAlives: Count,
  resets: Count,
  fins: Count,
  /** Left out (null) for connections that `scope: peers` drops. */
  synOptions: z
    .object({ mss: z.number().nullable(), windowScale: z.number().nullable(), sackPermitted: z.boolean(), timestamps: z.boolean() })
    .nullable(),
  ttl: z.object({ usual: z.number(), share: z.number(), seen: z.array(z.number()).max(8) }).nullable(),
  ipId: z.string().nullable(),
  macs: z.array(z.string()).max(4).nullable(),
  rtt: z.object({ min: z.number(), median: z.number(), samples: Count }).nullable(),
})

/** Numbers about one connection of the whole upload: no payload. */
export const DigestConnection = z.object({
  protocol: z.enum(['tcp', 'udp']),
  streamIndex: Count,
  originator: DigestEnd,
  responder: DigestEnd,
  originatorBy: z.enum(['syn', 'service-port', 'first-packet']),
  connState: z.string(),
  history: z.string(),
  startedAt: Stamp,
  endedAt: Stamp,
})
export type DigestConnection = z.infer<typeof DigestConnection>

export const FlowDigest = z.object({
  connections: z.array(DigestConnection).max(20_000),
  /** Connections the upload held beyond those listed. */
  leftOut: Count,
})
export type FlowDigest = z.infer<typeof FlowDigest>

export const LogDigest = z.object({
  firstAt: Stamp.nullable(),
  lastAt: Stamp.nullable(),
  /** Records in each minute that has any: [minute as `YYYY-MM-DDTHH:MMZ`, records]. Bounded; the rest is counted in `minutesLeftOut`. */
  recordsPerMinute: z.array(z.tuple([z.string(), Count])),
  minutesLeftOut: Count,
  errors: z.array(
    z.object({
      at: Stamp,
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
  flowDigest: FlowDigest.nullable(),
  logDigest: LogDigest.nullable(),
})
export type CutReceipt = z.infer<typeof CutReceipt>
