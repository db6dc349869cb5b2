import type { TrackedConnection } from '../tcp/connection.ts'
import type { Capture } from './captures/read-capture.ts'
import type { Outage } from './facts/outage.ts'
import type { Pointer } from './facts.ts'
import type { View } from './study.ts'
import { sidesOf } from './subject.ts'

/** Connections that fell silent within so many seconds of each other fell silent at the same moment: they do not all talk all the time. */
const SAME_MOMENT = 3

/** So many dead connections are told one by one; more make no outage clearer. */
const MOST_DEAD = 1_000

/** Looks at the connections of a capture, one after the other: whether other peers of the host fell silent when the subject's peer did. */
export class OutageWatch {
  readonly #capture: Capture
  readonly #view: View
  readonly #since: number
  readonly #dead: Outage['dead'][number][] = []
  readonly #alive = new Set<string>()

  constructor(capture: Capture, view: View) {
    const { host, peer } = view.trace
    this.#capture = capture
    this.#view = view
    // Without a word of the peer it fell silent before the capture began.
    this.#since = peer.packets > 0 ? peer.lastAt : host.sawSyn ? host.firstAt : capture.from
  }

  /** Nothing that was said in vain: no outage to look for. */
  get isIdle(): boolean {
    return Number.isNaN(this.#since) || !(this.#view.trace.host.lastAt > this.#since)
  }

  see(connection: TrackedConnection, pointer: Pointer | undefined): void {
    if (connection.protocol !== 'tcp' || this.isIdle) return
    const { host, peer } = sidesOf(connection, { host: this.#view.host.ip, peer: undefined })
    if (host.ip !== this.#view.host.ip) return
    if (peer.packets > 0 && peer.lastAt > this.#since + SAME_MOMENT) this.#alive.add(peer.ip)
    const silent = silentSince(connection, host, peer, this.#capture.from)
    const near = SAME_MOMENT + 0.1 * (this.#view.trace.host.lastAt - this.#since)
    if (silent === undefined || Math.abs(silent - this.#since) > near || this.#dead.length >= MOST_DEAD) return
    const last = pointer ?? lastPointer(this.#capture, connection, host.lastAt)
    this.#dead.push({ ip: peer.ip, port: peer.port, silentSince: silent, last })
  }

  result(): Outage | undefined {
    const peers = new Set(this.#dead.map((one) => one.ip).filter((ip) => !this.#alive.has(ip)))
    if (this.isIdle || !peers.has(this.#view.peer.ip)) return undefined
    return { since: this.#since, alive: [...this.#alive], dead: this.#dead.filter((one) => peers.has(one.ip)) }
  }
}

const lastPointer = (capture: Capture, { lastFrame }: TrackedConnection, at: number): Pointer => {
  const member = capture.members.findLast((one) => one.frame0 < lastFrame) ?? capture.members[0]
  return { capture: member?.input ?? 0, frame: lastFrame - (member?.frame0 ?? 0), at }
}

type Side = TrackedConnection['originator']

/** When the peer was heard last, where the host went on speaking to it in vain. */
function silentSince(connection: TrackedConnection, host: Side, peer: Side, from: number): number | undefined {
  if (host.packets === 0 || host.resets + peer.resets > 0) return undefined
  if (peer.packets === 0) {
    if (host.syns > 0) return host.syns >= 2 ? host.firstAt : undefined
    return host.retransmissions >= 2 || host.keepAlives >= 2 ? from : undefined
  }
  const vain = host.lastAt > peer.lastAt && (host.retransmissions > 0 || host.keepAlives > peer.keepAliveAcks)
  const unacked = host.sentSeq > host.ackedSeq
  return vain && (unacked || host.keepAlives > 0) && connection.connState !== 'SF' ? peer.lastAt : undefined
}
