import { emptyView } from './absent-peer.ts'
import type { Capture } from './captures/read-capture.ts'
import { type IcmpError, isUnreachable } from './facts/surroundings.ts'
import type { View } from './study.ts'
import { farness, type Sought } from './subject.ts'

const UDP = 17

/**
 * UDP requests that an ICMP error answered: the program sees "connection reset" (Windows) or "refused" without any TCP. Less likely meant
 * than a TCP connection that ended badly, unless the peer was named.
 */
export function unreachableUdp(capture: Capture, sought: Sought): { view: View; score: number; because: string }[] {
  const byFlow = new Map<string, IcmpError[]>()
  for (const error of capture.surroundings.icmp) {
    if (!isUnreachable(error) || error.quoted.protocol !== UDP) continue
    if (sought.peer && sought.peer.ip !== error.quoted.destinationIp) continue
    const { sourceIp, sourcePort, destinationIp, destinationPort } = error.quoted
    const key = `${sourceIp} ${sourcePort} ${destinationIp} ${destinationPort}`
    byFlow.set(key, [...(byFlow.get(key) ?? []), error])
  }
  return [...byFlow.values()].flatMap((errors) => {
    const [first] = errors
    if (!first) return []
    const { sourceIp, sourcePort, destinationIp, destinationPort } = first.quoted
    const view = emptyView(capture, 'udp', { ip: sourceIp, port: sourcePort }, { ip: destinationIp, port: destinationPort }, errors)
    return [
      { view, score: scoreOf(errors, sought, destinationIp, destinationPort), because: `its UDP datagrams were answered by ICMP errors` },
    ]
  })
}

function scoreOf(errors: readonly IcmpError[], sought: Sought, ip: string, port: number): number {
  const [first, last] = [errors[0]?.at ?? 0, errors.at(-1)?.at ?? 0]
  const isNamed = sought.peer?.port === port || sought.logPeers.some((named) => named.isSure && named.ip === ip && named.port === port)
  const distance = sought.incident ? Math.max(0, first - sought.incident.to, sought.incident.from - last - 2) : 0
  return (isNamed ? 8 : -4) - farness(distance, sought.tolerance)
}
