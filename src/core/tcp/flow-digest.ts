import type { DigestConnection, FlowDigest } from '../intake/receipt.ts'
import { ipText, parseIp } from '../packet/address.ts'
import type { Window } from '../time/window.ts'
import type { SideFacts, TrackedConnection } from './connection.ts'
import { secondsText } from './seconds.ts'

/** Most connections of one digest. */
export const DIGEST_LIMIT = 20_000
/** Most JSON of its connections, in characters: a receipt is at most 16 MB. A plain IPv4 connection takes about 650. */
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
 * The numbers of a whole upload that ride along with the little that is kept of it.
 *
 * @param tracked gone through twice, what is of interest first, so that no connection's facts are held: those of 15,000 are 50 MB
 */
export function flowDigest(tracked: Iterable<TrackedConnection>, policy: DigestPolicy): FlowDigest {
  const isOfInterest = interestOf(policy)
  const writer = new DigestWriter()
  for (const connection of tracked) if (isOfInterest(connection)) writer.add(connection, isShort(connection, policy))
  for (const connection of tracked) if (!isOfInterest(connection)) writer.add(connection, isShort(connection, policy))
  return writer.digest()
}

/** Collects digested connections up to both limits. */
class DigestWriter {
  readonly #connections: { readonly frame: number; readonly digested: DigestConnection }[] = []
  readonly #macs = new Map<string, number>()
  #characters = 0
  #leftOut = 0

  add(connection: TrackedConnection, short: boolean): void {
    const isFull = this.#connections.length >= DIGEST_LIMIT || this.#characters >= TEXT_LIMIT
    if (isFull) {
      this.#leftOut++
      return
    }
    const digested = this.#digest(connection, short)
    this.#characters += JSON.stringify(digested).length
    this.#connections.push({ frame: connection.firstFrame, digested })
  }

  digest(): FlowDigest {
    const connections = this.#connections.sort((x, y) => x.frame - y.frame).map((entry) => entry.digested)
    return { connections, leftOut: this.#leftOut, macs: [...this.#macs.keys()] }
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

function isShort(connection: TrackedConnection, policy: DigestPolicy): boolean {
  const peer = canonical(policy.peer)
  return policy.scope === 'peers' && peer !== undefined && !involves(connection, peer)
}
