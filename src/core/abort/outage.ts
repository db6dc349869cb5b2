import type { TrackedConnection } from '../tcp/connection.ts'
import type { Capture } from './captures/read-capture.ts'
import type { Outage } from './facts/outage.ts'
import type { View } from './study.ts'
import { sidesOf } from './subject.ts'

/** Connections that fell silent within so many seconds of each other fell silent at the same moment: they do not all talk all the time. */
const SAME_MOMENT = 3

interface Silent {
  readonly ip: string
  readonly port: number
  readonly silentSince: number
  readonly frame: number
  readonly lastAt: number
}

/** Whether other peers of the host fell silent when the subject's peer did. */
export function outageAt(capture: Capture, view: View): Outage | undefined {
  const { trace } = view
  // Without a word of the peer it fell silent before the capture began.
  const since = trace.peer.packets > 0 ? trace.peer.lastAt : trace.host.sawSyn ? trace.host.firstAt : capture.from
  if (Number.isNaN(since) || trace.host.lastAt <= since) return undefined
  const dead: Silent[] = []
  const alive = new Set<string>()
  for (const connection of capture.connections) {
    if (connection.protocol !== 'tcp') continue
    const { host, peer } = sidesOf(connection, { host: view.host.ip, peer: undefined })
    if (host.ip !== view.host.ip) continue
    if (peer.packets > 0 && peer.lastAt > since + SAME_MOMENT) alive.add(peer.ip)
    const silent = silentSince(connection, host, peer, capture.from)
    if (silent !== undefined && Math.abs(silent - since) <= SAME_MOMENT + 0.1 * (trace.host.lastAt - since)) {
      dead.push({ ip: peer.ip, port: peer.port, silentSince: silent, frame: connection.lastFrame, lastAt: host.lastAt })
    }
  }
  const peers = new Set(dead.map((one) => one.ip).filter((ip) => !alive.has(ip)))
  if (!peers.has(view.peer.ip)) return undefined
  const member = (frame: number) => capture.members.findLast((one) => one.frame0 < frame) ?? capture.members[0]
  return {
    since,
    alive: [...alive],
    dead: dead
      .filter((one) => peers.has(one.ip))
      .map(({ frame, lastAt, ...one }) => {
        const of = member(frame)
        return { ...one, last: { capture: of?.input ?? 0, frame: frame - (of?.frame0 ?? 0), at: lastAt } }
      }),
  }
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
