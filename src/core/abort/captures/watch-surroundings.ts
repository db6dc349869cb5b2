import {
  neighborMacText,
  neighborSenderText,
  neighborTargetText,
  quotedDestinationText,
  quotedSourceText,
  sourceMacText,
  sourceText,
} from '../../packet/address.ts'
import { ABSENT, type Packet } from '../../packet/packet.ts'
import type { IcmpError, NeighborMessage, Surroundings } from '../facts/surroundings.ts'

/** Kept of each sort and address: the first and the last ones; a scan of a whole network does not push out what matters. */
const PER_ADDRESS = 40
const ADDRESSES = 2_048
const ICMP_ERRORS = 2_048

/** Gathers address resolution and ICMP errors of one capture as it passes. */
export class SurroundingsWatch {
  private readonly neighbors = new Map<string, NeighborMessage[]>()
  private readonly icmp: IcmpError[] = []
  private leftOut = 0

  see(packet: Packet, capture: number): void {
    if (packet.kind === 'arp' || packet.kind === 'nd') this.neighbor(packet, capture)
    else if (packet.kind === 'icmp' && packet.quotedIpVersion !== 0 && packet.quotedSourcePort !== ABSENT) this.error(packet, capture)
  }

  result(): Surroundings {
    const neighbors = [...this.neighbors.values()].flat().sort((a, b) => a.at - b.at)
    return { neighbors, icmp: this.icmp, leftOut: this.leftOut }
  }

  private neighbor(packet: Packet, capture: number): void {
    const message = neighborOf(packet, capture)
    if (!message) return
    const list = this.neighbors.get(message.ip)
    if (!list) {
      if (this.neighbors.size < ADDRESSES) this.neighbors.set(message.ip, [message])
      else this.leftOut++
      return
    }
    list.push(message)
    if (list.length <= PER_ADDRESS) return
    list.splice(PER_ADDRESS / 2, 1)
    this.leftOut++
  }

  private error(packet: Packet, capture: number): void {
    if (this.icmp.length >= ICMP_ERRORS) {
      this.leftOut++
      return
    }
    this.icmp.push({
      capture,
      frame: packet.frameNumber,
      at: packet.at,
      from: sourceText(packet),
      version: packet.ipVersion === 6 ? 6 : 4,
      type: packet.icmpType,
      code: packet.icmpCode,
      mtu: packet.icmpMtu,
      quoted: {
        protocol: packet.quotedProtocol,
        sourceIp: quotedSourceText(packet),
        sourcePort: packet.quotedSourcePort,
        destinationIp: quotedDestinationText(packet),
        destinationPort: packet.quotedDestinationPort,
      },
    })
  }
}

/** ARP (RFC 826, RFC 5227) and neighbour discovery (RFC 4861) in one form. */
function neighborOf(packet: Packet, capture: number): NeighborMessage | undefined {
  if (packet.neighborSender === ABSENT || packet.neighborTarget === ABSENT) return undefined
  const sender = neighborSenderText(packet)
  const target = neighborTargetText(packet)
  const mac = neighborMacText(packet) ?? sourceMacText(packet) ?? ''
  const base = { capture, frame: packet.frameNumber, at: packet.at, mac, sender }
  const isRequest = packet.neighborOperation === 1
  if (packet.kind === 'nd') {
    // A solicitation from the unspecified address is duplicate address detection: somebody is about to use the target.
    if (isRequest) return { ...base, kind: sender === '::' ? 'announcement' : 'request', ip: target }
    return { ...base, kind: 'reply', ip: target }
  }
  if (sender === target || sender === '0.0.0.0') return { ...base, kind: 'announcement', ip: target }
  return isRequest ? { ...base, kind: 'request', ip: target } : { ...base, kind: 'reply', ip: sender }
}
