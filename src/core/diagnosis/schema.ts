import { z } from 'zod'
import { ANSWER_PROTOCOLS } from '../intake/receipt.ts'

/** The verdict vocabulary: new causes may be added, none renamed. */
export const CAUSES = [
  'fin-wait-1-timeout',
  'fin-wait-2-timeout',
  'retransmission-timeout',
  'keepalive-timeout',
  'early-close',
  'peer-idle-close',
  'peer-reset',
  'peer-restarted',
  'middlebox-reset',
  'host-abort',
  'zero-window-stall',
  'idle-state-loss',
  'path-mtu-black-hole',
  'corruption',
  'neighbor-unreachable',
  'duplicate-address',
  'network-outage',
  'icmp-unreachable',
  'connect-refused',
  'connect-timeout',
  'no-wire-cause',
  'normal-close',
  'undetermined',
] as const
export const Cause = z.enum(CAUSES)
export type Cause = z.infer<typeof Cause>
export const Party = z.enum(['host', 'peer', 'middlebox', 'nobody', 'undetermined'])
export type Party = z.infer<typeof Party>
export const Mechanism = z.enum(['rst', 'fin', 'timeout', 'icmp', 'none'])
export type Mechanism = z.infer<typeof Mechanism>
export const LookAt = z.enum(['host', 'peer', 'path', 'nowhere', 'unknown'])
export type LookAt = z.infer<typeof LookAt>

const Stamp = z.string()
const Probability = z.number().min(0).max(1)
const Endpoint = z.object({ ip: z.string(), port: z.number().int().nullable() })

/** Where to look: a frame of a capture, a line of a log, or the flow digest. */
export const Ref = z.object({
  file: z.string(),
  frame: z.number().int().positive().optional(),
  originalFrame: z.number().int().positive().optional(),
  line: z.number().int().positive().optional(),
  originalLine: z.number().int().positive().optional(),
  source: z.literal('digest').optional(),
  at: Stamp.optional(),
  stampedAt: z.string().optional(),
})
export type Ref = z.infer<typeof Ref>

export const Evidence = z.object({ says: z.string(), supports: z.boolean(), refs: z.array(Ref) })
export type Evidence = z.infer<typeof Evidence>

/** One packet or event of the picture: what the report draws, on the reference clock. Strings from the wire are escaped by the drawer. */
export const SequenceStep = z.object({
  at: Stamp,
  /** `gap` stands for packets left out. */
  kind: z.enum(['segment', 'icmp', 'log', 'gap', 'arp']),
  from: z.enum(['host', 'peer', 'middlebox']).nullable(),
  /** Whom it is for, where that is not the obvious: the other end (of a middlebox: the host). */
  to: z.enum(['host', 'peer', 'middlebox']).optional(),
  /** Known not to have arrived (two captures): drawn as an arrow that ends on the way. */
  lost: z.boolean().optional(),
  label: z.string(),
  flags: z.string().optional(),
  seq: z.number().optional(),
  ack: z.number().optional(),
  length: z.number().optional(),
  /** Packets that a gap stands for. */
  packets: z.number().int().optional(),
  ref: Ref.optional(),
  decisive: z.boolean(),
})
export type SequenceStep = z.infer<typeof SequenceStep>

/** The window as equal bins: [bin start offset s, host bytes, peer bytes, retransmissions, zero windows, resets, other connections' packets]. */
export const Timeline = z.object({
  from: Stamp,
  binSeconds: z.number().positive(),
  hostBytes: z.array(z.number()),
  peerBytes: z.array(z.number()),
  retransmissions: z.array(z.number()),
  zeroWindows: z.array(z.number()),
  resets: z.array(z.number()),
  otherPackets: z.array(z.number()),
  logEvents: z.array(z.object({ at: Stamp, label: z.string(), ref: Ref.optional() })),
})
export type Timeline = z.infer<typeof Timeline>

export const Diagnosis = z.object({
  schemaVersion: z.literal(1),
  revision: z.number().int().positive(),
  engine: z.object({ name: z.literal('hangup'), version: z.string() }),
  verdict: z.object({
    cause: Cause,
    abortedBy: Party,
    mechanism: Mechanism,
    lookAt: LookAt,
    confidence: Probability.nullable(),
    partyConfidence: Probability.nullable(),
    headline: z.string(),
    explanation: z.string(),
  }),
  connection: z
    .object({
      protocol: z.enum(['tcp', 'udp']),
      streamIndex: z.number().int().nullable(),
      file: z.string(),
      host: Endpoint,
      peer: Endpoint,
      hostState: z.string(),
      peerState: z.string(),
      connState: z.string(),
      history: z.string(),
      startedAt: Stamp.nullable(),
      endedAt: Stamp.nullable(),
      observations: z.array(
        z.object({
          file: z.string(),
          streamIndex: z.number().int().nullable(),
          vantage: z.enum(['host', 'peer', 'middle', 'unknown']),
          host: Endpoint,
          peer: Endpoint,
          offsetSeconds: z.number(),
          translated: z.boolean(),
        }),
      ),
    })
    .nullable(),
  evidence: z.array(Evidence),
  alternatives: z.array(z.object({ cause: Cause, abortedBy: Party, confidence: Probability, against: z.array(z.string()) })),
  timers: z.array(
    z.object({
      name: z.string(),
      expectedSeconds: z.number(),
      observed: z.object({ min: z.number(), max: z.number() }),
      startsAt: Ref,
      endsAt: Ref.nullable(),
      source: z.string(),
    }),
  ),
  delivery: z
    .object({
      hostBytesSent: z.number(),
      hostBytesAcked: z.number(),
      fullJobAcked: z.boolean(),
      peerAnswered: z.boolean(),
      /** May the failed request be sent again without looking? `yes` only where nothing of it was sent. */
      mayRepeat: z.enum(['yes', 'look-first', 'not-known']),
      says: z.string(),
    })
    .nullable(),
  peerAnswer: z
    .object({
      /** Where the frame is, if not in the connection's `file` (ring buffers). */
      file: z.string().optional(),
      frame: z.number().int().positive(),
      bytes: z.number().int(),
      text: z.string().nullable(),
      protocol: z.enum(ANSWER_PROTOCOLS),
      meaning: z.string(),
      seenByHost: z.boolean().nullable(),
    })
    .nullable(),
  recommendations: z.array(z.object({ action: z.string(), owner: z.enum(['host', 'peer', 'network', 'support']), source: z.string() })),
  settle: z.array(z.object({ why: z.string(), command: z.string() })),
  reportedError: z
    .object({ canonical: z.string(), codes: z.array(z.string()), ref: Ref.nullable(), proves: z.string(), doesNotProve: z.string() })
    .nullable(),
  otherErrors: z.array(z.object({ at: Stamp, code: z.string(), peer: z.string().nullable(), coveredBy: z.string().nullable() })),
  clocks: z.array(
    z.object({ file: z.string(), offsetSeconds: z.number(), interval: z.tuple([z.number(), z.number()]), anchors: z.number().int() }),
  ),
  inputs: z.array(
    z.object({
      file: z.string().describe("The bundle's entry, which `frame` and `line` count in."),
      name: z.string().describe("The upload's base name."),
      format: z.string().describe('Of the cut file. In the bundle every capture is pcapng.'),
      recordsKept: z.number().int(),
      from: Stamp.nullable(),
      to: Stamp.nullable(),
      size: z
        .number()
        .int()
        .describe(
          'Bytes of the cut file as it was stored, before the bundle turned captures into pcapng with comments. The entry in the bundle has its own size and digest, in `manifest.json`; for logs they are these.',
        ),
      sha256: z.string().nullable().describe('Of the same bytes as `size`. Null where nothing was cut (command line, whole files).'),
      source: z.object({ size: z.number().nullable(), recordsSeen: z.number().nullable(), sha256: z.string().nullable() }),
      options: z.record(z.string(), z.unknown()),
      quality: z.array(z.string()),
    }),
  ),
  limits: z.array(z.string()),
  alsoAborted: z.array(z.object({ peer: Endpoint, cause: Cause, abortedBy: Party, at: Stamp })),
  /** How the subject connection was chosen, in words. */
  chosenBecause: z.string(),
  /** The dying connection, packet by packet, bounded to 60 steps; what the report's picture shows. */
  sequence: z.array(SequenceStep),
  timeline: Timeline.nullable(),
})
export type Diagnosis = z.infer<typeof Diagnosis>
