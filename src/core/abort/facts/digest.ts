import type { TrackedConnection } from '../../tcp/connection.ts'
import { digestFacts } from '../../tcp/digest-facts.ts'
import type { Capture } from '../captures/read-capture.ts'
import type { Pointer } from '../facts.ts'

/** One side's numbers over the whole upload, the part that was cut away included. */
export interface DigestSide {
  readonly packets: number
  readonly ttl: { readonly usual: number; readonly share: number } | undefined
  readonly mac: string | undefined
  readonly rttMin: number | undefined
  /** Its last packet and its last payload, seconds since the epoch. */
  readonly lastAt: number
  readonly sawSyn: boolean
  readonly fins: number
}

/** What the flow digest of a cut capture still knows about the connection. */
export interface DigestBaseline {
  readonly startedAt: number
  readonly host: DigestSide
  readonly peer: DigestSide
  /** Where to look: frame 0 of the capture stands for its digest. */
  readonly pointer: Pointer
}

/** Connections of the whole upload that the cut left nothing of (`scope: peers`, or another time), as their receipts tell. */
export function* digestOnly(capture: Capture): Generator<{ readonly connection: TrackedConnection; readonly pointer: Pointer }> {
  const kept = new Set<string>()
  const digests = capture.members.filter(({ file }) => file.receipt?.flowDigest)
  if (digests.length === 0) return
  for (const connection of capture.connections) kept.add(tuple(connection))
  for (const { input, file } of digests) {
    if (!file.receipt?.flowDigest) continue
    for (const connection of digestFacts(file.receipt.flowDigest)) {
      if (!kept.has(tuple(connection))) yield { connection, pointer: { capture: input, frame: 0, at: connection.endedAt } }
    }
  }
}

const tuple = ({ originator, responder }: TrackedConnection): string =>
  `${originator.ip} ${originator.port} ${responder.ip} ${responder.port}`

interface Ends {
  readonly host: { readonly ip: string; readonly port: number }
  readonly peer: { readonly ip: string; readonly port: number }
}

/** The digest's entry of a connection, where the capture was cut and its receipt came along. */
export function digestBaseline(capture: Capture, { host, peer }: Ends, startedAt: number): DigestBaseline | undefined {
  for (const { input, file } of capture.members) {
    const { receipt } = file
    if (!receipt?.flowDigest || (receipt.dropped.before === 0 && !file.within)) continue
    for (const connection of digestFacts(receipt.flowDigest)) {
      const sides = sidesIn(connection, host, peer)
      if (!sides || startedAt < connection.startedAt - 1 || startedAt > connection.endedAt + 1) continue
      return { startedAt: connection.startedAt, ...sides, pointer: { capture: input, frame: 0, at: connection.startedAt } }
    }
  }
  return undefined
}

function sidesIn(
  connection: TrackedConnection,
  host: Ends['host'],
  peer: Ends['peer'],
): { host: DigestSide; peer: DigestSide } | undefined {
  const is = (side: TrackedConnection['originator'], end: Ends['host']) => side.ip === end.ip && side.port === end.port
  const { originator, responder } = connection
  if (is(originator, host) && is(responder, peer)) return { host: sideOf(originator), peer: sideOf(responder) }
  if (is(originator, peer) && is(responder, host)) return { host: sideOf(responder), peer: sideOf(originator) }
  return undefined
}

const sideOf = (side: TrackedConnection['originator']): DigestSide => ({
  packets: Math.max(0, side.packets - side.resets),
  ttl: side.ttl && { usual: side.ttl.usual, share: side.ttl.share },
  mac: side.macs[0],
  rttMin: side.rtt?.min,
  lastAt: side.lastAt,
  sawSyn: side.synOptions !== undefined,
  fins: side.fins,
})
