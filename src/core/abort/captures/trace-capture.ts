import { parseIp, sourceMacText } from '../../packet/address.ts'
import { transportChecksum } from '../../packet/checksum.ts'
import { ABSENT, type Packet, SYN } from '../../packet/packet.ts'
import { readTcpOptions, TcpOptions } from '../../packet/tcp-options.ts'
import type { Role } from '../../tcp/segment.ts'
import { FlowTrace, type Trace } from '../../tcp/trace.ts'
import type { WireSegment } from '../../tcp/wire-segment.ts'
import { type Capture, scanPackets } from './read-capture.ts'

/** A connection to look at in detail: its ends, and where in the capture it lies (a 4-tuple may be used again). */
export interface TraceRequest {
  readonly host: { readonly ip: string; readonly port: number }
  readonly peer: { readonly ip: string; readonly port: number }
  /** Frames of the capture (over all members), both inclusive. */
  readonly firstFrame: number
  readonly lastFrame: number
}

/** What the peer said is kept to this many bytes. */
const PAYLOAD = 512

interface Watched extends TraceRequest {
  readonly trace: FlowTrace
  readonly hostBytes: Uint8Array
  readonly peerBytes: Uint8Array
}

/** Pass 2: reads a capture again and keeps the packets of the requested connections, bounded. */
export async function traceCapture(capture: Capture, requests: readonly TraceRequest[]): Promise<Trace[]> {
  const watched = requests.map((request): Watched => {
    const [hostBytes, peerBytes] = [parseIp(request.host.ip), parseIp(request.peer.ip)]
    return {
      ...request,
      trace: new FlowTrace(capture.bins.origin),
      hostBytes: hostBytes ?? new Uint8Array(0),
      peerBytes: peerBytes ?? new Uint8Array(0),
    }
  })
  const byPorts = new Map<number, Watched[]>()
  for (const one of watched) {
    for (const key of new Set([portKey(one.host.port, one.peer.port), portKey(one.peer.port, one.host.port)])) {
      byPorts.set(key, [...(byPorts.get(key) ?? []), one])
    }
  }
  const options = new TcpOptions()
  for (const { input, file, frame0 } of capture.members) {
    await scanPackets(file, (packet) => {
      if (packet.kind !== 'tcp') return
      const candidates = byPorts.get(portKey(packet.sourcePort, packet.destinationPort))
      if (!candidates) return
      for (const one of candidates) {
        const frame = packet.frameNumber + frame0
        if (frame < one.firstFrame || frame > one.lastFrame) continue
        const from = senderOf(one, packet)
        if (from) one.trace.add(wireSegment(packet, input, from, options))
      }
    })
  }
  return watched.map(({ trace }) => trace.result())
}

const portKey = (source: number, destination: number): number => source * 65_536 + destination

const isAt = (packet: Packet, offset: number, address: Uint8Array): boolean => {
  if (address.length === 0 || (packet.ipVersion === 6 ? 16 : 4) !== address.length) return false
  for (let i = 0; i < address.length; i++) if (packet.buffer[offset + i] !== address[i]) return false
  return true
}

const senderOf = (one: Watched, packet: Packet): Role | undefined => {
  const fromHost =
    packet.sourcePort === one.host.port && isAt(packet, packet.source, one.hostBytes) && isAt(packet, packet.destination, one.peerBytes)
  if (fromHost && packet.destinationPort === one.peer.port) return 'host'
  const fromPeer =
    packet.sourcePort === one.peer.port && isAt(packet, packet.source, one.peerBytes) && isAt(packet, packet.destination, one.hostBytes)
  return fromPeer && packet.destinationPort === one.host.port ? 'peer' : undefined
}

/** The capture cut the header off before it. */
const UNKNOWN_WINDOW = -1

function wireSegment(packet: Packet, capture: number, from: Role, options: TcpOptions): WireSegment {
  readTcpOptions(packet, options)
  const keepsPayload = from === 'peer' && packet.payloadCaptured > 0
  return {
    capture,
    frame: packet.frameNumber,
    at: packet.at,
    from,
    flags: packet.flags & 0x3f,
    seq: packet.seq,
    ack: packet.ack,
    length: packet.payloadLength,
    isFragmented: packet.moreFragments,
    wireLength: packet.originalLength,
    window: packet.transportStart + 16 <= packet.end ? packet.window : UNKNOWN_WINDOW,
    ttl: packet.ttl,
    ipId: packet.ipId === ABSENT ? -1 : packet.ipId,
    mac: sourceMacText(packet) ?? '',
    timestampValue: options.timestamp === ABSENT ? undefined : options.timestamp,
    timestampEcho: options.timestamp === ABSENT ? undefined : options.timestampEcho,
    windowScale: packet.flags & SYN && options.windowScale !== ABSENT ? options.windowScale : undefined,
    sackEdges: options.sackBlocks > 0 ? Array.from(options.sackEdges.subarray(0, 2 * options.sackBlocks)) : [],
    damaged: transportChecksum(packet) === 'bad',
    payload: keepsPayload
      ? packet.buffer.slice(packet.payloadStart, packet.payloadStart + Math.min(PAYLOAD, packet.payloadCaptured))
      : undefined,
  }
}
