import type { TrackedConnection } from '../tcp/connection.ts'
import type { Capture } from './captures/read-capture.ts'
import { digestOnly } from './facts/digest.ts'
import type { Outage } from './facts/outage.ts'
import { OutageWatch } from './outage.ts'
import type { View } from './study.ts'

/** What a capture's other connections tell about one of them. */
export interface Around {
  readonly outage: Outage | undefined
  /** TTLs of the peer's packets in its other connections, most packets first. */
  readonly peerTtlElsewhere: readonly number[]
}

/** Looks round each of the views, in one pass over the connections: there may be a million of them. */
export function aroundOf(capture: Capture, views: readonly View[]): ReadonlyMap<View, Around> {
  const watches = views.map((view) => ({ view, outage: new OutageWatch(capture, view), ttls: new Map<number, number>() }))
  for (const connection of capture.connections) {
    for (const { view, outage, ttls } of watches) {
      outage.see(connection, undefined)
      if (connection.streamIndex !== view.connection.streamIndex) countTtls(connection, view.peer.ip, ttls)
    }
  }
  for (const { connection, pointer } of digestOnly(capture)) for (const { outage } of watches) outage.see(connection, pointer)
  return new Map(
    watches.map(({ view, outage, ttls }) => {
      const peerTtlElsewhere = [...ttls].sort((a, b) => b[1] - a[1]).map(([ttl]) => ttl)
      return [view, { outage: outage.result(), peerTtlElsewhere }]
    }),
  )
}

function countTtls({ originator, responder }: TrackedConnection, ip: string, counts: Map<number, number>): void {
  for (const side of [originator, responder]) {
    if (side.ip !== ip || !side.ttl || side.packets <= side.resets) continue
    counts.set(side.ttl.usual, (counts.get(side.ttl.usual) ?? 0) + side.packets)
  }
}
