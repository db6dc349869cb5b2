import { DigestList } from '../intake/digest-list.ts'
import { type DigestConnection, type FlowDigest, MOST_DIGESTED } from '../intake/receipt.ts'
import { ipText, parseIp } from '../packet/address.ts'
import type { Window } from '../time/window.ts'
import type { SideFacts, TrackedConnection } from './connection.ts'
import { secondsText } from './seconds.ts'

/** Most JSON of its connections, in bytes: a receipt is at most 16 MB. A plain IPv4 connection takes about 650. */
const TEXT_LIMIT = 15_000_000

export interface DigestPolicy {
  /** What the cut keeps, on the file's own clock; undefined: everything is of interest. */
  readonly window: Window | undefined
  /** Addresses as text, where known. */
  readonly host: string | undefined
  readonly peer: string | undefined
  /** With `peers`, connections without the peer are listed with addresses, times, counters and end only. */
  readonly scope: 'all' | 'peers'
}

/**
 * The numbers of a whole upload that ride along with the little that is kept of it. Facts are held of one connection at a time: those of
 * 15,000 are 50 MB.
 *
 * @param tracked gone through once where all fit; else again, what is of interest first
 */
export function flowDigest(tracked: Iterable<TrackedConnection>, policy: DigestPolicy): FlowDigest {
  const isOfInterest = interestOf(policy)
  const peer = policy.scope === 'peers' ? canonical(policy.peer) : undefined
  const isShort = (connection: TrackedConnection): boolean => peer !== undefined && !involves(connection, peer)
  const all = new DigestWriter()
  for (const connection of tracked) {
    all.add(connection, isShort(connection))
    if (all.leftOut > 0) break
  }
  if (all.leftOut === 0) return all.digest()
  const chosen = new DigestWriter()
  for (const connection of tracked) if (isOfInterest(connection)) chosen.add(connection, isShort(connection))
  for (const connection of tracked) if (!isOfInterest(connection)) chosen.add(connection, isShort(connection))
  return chosen.digest()
}

/** Collects digested connections up to both limits. */
class DigestWriter {
  leftOut = 0
  readonly #list = new DigestList()
  readonly #frames: number[] = []
  readonly #macs = new Map<string, number>()

  add(connection: TrackedConnection, short: boolean): void {
    const isFull = this.#list.length >= MOST_DIGESTED || this.#list.bytes >= TEXT_LIMIT
    if (isFull) {
      this.leftOut++
      return
    }
    this.#list.add(this.#digest(connection, short))
    this.#frames.push(connection.firstFrame)
  }

  digest(): FlowDigest {
    this.#list.sort(this.#frames)
    return { connections: this.#list, leftOut: this.leftOut, macs: [...this.#macs.keys()] }
  }

  #digest(connection: TrackedConnection, short: boolean): DigestConnection {
    const { startedAt } = connection
    return {
      protocol: connection.protocol,
      streamIndex: connection.streamIndex,
      originator: this.#end(connection.originator, startedAt, short),
      responder: this.#end(connection.responder, startedAt, short),
      originatorBy: connection.originatorBy,
      connState: connection.connState,
      history: connection.history,
      startedAt: secondsText(startedAt),
      seconds: micros(connection.endedAt - startedAt),
    }
  }

  #end(side: SideFacts, startedAt: number, short: boolean): DigestEnd {
    const end: DigestEnd = { ip: side.ip, port: side.port, packets: side.packets, bytes: side.bytes, state: side.state }
    if (side.rfcState !== 'unknown') end.rfcState = side.rfcState
    if (side.packets > 0) {
      end.after = [side.firstAt, side.lastAt].map((at) => micros(at - startedAt))
      if (side.lastDataAt !== undefined) end.after.push(micros(side.lastDataAt - startedAt))
    }
    for (const counter of DIGEST_COUNTERS) if (side[counter] > 0) end[counter] = side[counter]
    if (!short) this.#addBaselines(end, side)
    return end
  }

  #addBaselines(end: DigestEnd, side: SideFacts): void {
    const { synOptions, ttl, rtt } = side
    if (synOptions !== undefined)
      end.syn = [synOptions.mss ?? null, synOptions.windowScale ?? null, synOptions.sackPermitted, synOptions.timestamps]
    if (ttl !== undefined) {
      const others = ttl.seen.filter((value) => value !== ttl.usual)
      end.ttl = others.length === 0 ? [ttl.usual] : [ttl.usual, Math.round(ttl.share * 1000) / 1000, ...others]
    }
    if (side.ipId !== 'unknown') end.ipId = side.ipId
    if (side.macs.length > 0) end.macs = side.macs.map((mac) => this.#macIndex(mac))
    if (rtt !== undefined) end.rtt = [micros(rtt.min), micros(rtt.median), rtt.samples]
  }

  #macIndex(mac: string): number {
    const known = this.#macs.get(mac)
    if (known !== undefined) return known
    this.#macs.set(mac, this.#macs.size)
    return this.#macs.size - 1
  }
}

type DigestEnd = DigestConnection['originator']

/** Counters that a digest carries where they are not 0. */
export const DIGEST_COUNTERS = [
  'sentSeq',
  'ackedSeq',
  'retransmissions',
  'zeroWindows',
  'keepAlives',
  'resets',
  'fins',
  'captureDuplicates',
  'badChecksums',
] as const

const micros = (seconds: number): number => Math.round(seconds * 1e6) / 1e6

/** Inside the window, open when it began, or between host and peer. */
function interestOf(policy: DigestPolicy): (connection: TrackedConnection) => boolean {
  const from = policy.window === undefined ? Number.NEGATIVE_INFINITY : Number(policy.window.fromNs) / 1e9
  const to = policy.window === undefined ? Number.POSITIVE_INFINITY : Number(policy.window.toNs) / 1e9
  const host = canonical(policy.host)
  const peer = canonical(policy.peer)
  return (connection) => {
    if (connection.startedAt >= to) return involves(connection, host) && involves(connection, peer)
    if (connection.endedAt >= from) return true
    const wasOpen = connection.protocol === 'tcp' && isOpen(connection)
    return wasOpen || ((host !== undefined || peer !== undefined) && involves(connection, host) && involves(connection, peer))
  }
}

/** Neither closed by both sides nor reset, as far as the capture shows. */
function isOpen(connection: TrackedConnection): boolean {
  const { originator, responder } = connection
  const isReset = originator.state === 'reset' || responder.state === 'reset'
  return !isReset && !(originator.state === 'closed' && responder.state === 'closed')
}

const involves = (connection: TrackedConnection, ip: string | undefined): boolean =>
  ip === undefined || connection.originator.ip === ip || connection.responder.ip === ip

/** The one way an address is written. */
function canonical(ip: string | undefined): string | undefined {
  const bytes = ip === undefined ? undefined : parseIp(ip)
  return bytes === undefined ? undefined : ipText(bytes, 0, bytes.length === 4 ? 4 : 6)
}
