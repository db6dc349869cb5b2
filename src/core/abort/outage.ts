import type { TrackedConnection } from '../tcp/connection.ts'
import type { Capture } from './captures/read-capture.ts'
import { digestOnly } from './facts/digest.ts'
import type { Outage } from './facts/outage.ts'
import type { Pointer } from './facts.ts'
import type { View } from './study.ts'
import { sidesOf } from './subject.ts'

/** Connections that fell silent within so many seconds of each other fell silent at the same moment: they do not all talk all the time. */
const SAME_MOMENT = 3

/** Whether other peers of the host fell silent when the subject's peer did. */
export function outageAt(capture: Capture, view: View): Outage | undefined {
  const { trace } = view
  // Without a word of the peer it fell silent before the capture began.
  const since = trace.peer.packets > 0 ? trace.peer.lastAt : trace.host.sawSyn ? trace.host.firstAt : capture.from
  if (Number.isNaN(since) || trace.host.lastAt <= since) return undefined
  const dead: Outage['dead'][number][] = []
  const alive = new Set<string>()
  const look = (connection: TrackedConnection, pointer: Pointer | undefined) => {
    if (connection.protocol !== 'tcp') return
    const { host, peer } = sidesOf(connection, { host: view.host.ip, peer: undefined })
    if (host.ip !== view.host.ip) return
    if (peer.packets > 0 && peer.lastAt > since + SAME_MOMENT) alive.add(peer.ip)
    const silent = silentSince(connection, host, peer, capture.from)
    if (silent === undefined || Math.abs(silent - since) > SAME_MOMENT + 0.1 * (trace.host.lastAt - since)) return
    dead.push({ ip: peer.ip, port: peer.port, silentSince: silent, last: pointer ?? lastPointer(capture, connection, host.lastAt) })
  }
  for (const connection of capture.connections) look(connection, undefined)
  for (const { connection, pointer } of digestOnly(capture)) look(connection, pointer)
  const peers = new Set(dead.map((one) => one.ip).filter((ip) => !alive.has(ip)))
  if (!peers.has(view.peer.ip)) return undefined
  return { since, alive: [...alive], dead: dead.filter((one) => peers.has(one.ip)) }
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
