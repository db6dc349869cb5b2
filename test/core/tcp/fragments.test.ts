import { describe, expect, it } from 'vitest'
import { CaptureScanner } from '../../../src/core/capture/scan.ts'
import { Tracker, type TrackerLimits } from '../../../src/core/tcp/tracker.ts'
import { type BuiltPacket, packets } from '../../support/capture-builder.ts'
import { pcap } from '../../support/capture-files.ts'

const ETHERNET = 14
const TEXT = `
  0.000 host > peer SYN mss=8960 ws=8 id=1
  0.010 peer > host SYN ACK mss=8960 ws=8 id=101
  0.020 host > peer ACK id=2
  0.030 host > peer PSH ACK len=4000 id=3 nodf
  0.040 peer > host ACK id=102
  0.050 host > peer PSH ACK len=100 id=4
  0.060 peer > host ACK id=103
  0.070 host > peer FIN ACK len=3000 id=5 nodf
  0.080 peer > host FIN ACK id=104
  0.090 host > peer ACK id=6
`

/** An IPv4 packet as fragments of at most `size` bytes of payload each. */
function fragmentsOf(packet: BuiltPacket, size: number): BuiltPacket[] {
  const whole = packet.bytes.subarray(0, ETHERNET + 20)
  const payload = packet.bytes.subarray(ETHERNET + 20)
  const pieces: BuiltPacket[] = []
  for (let from = 0; from < payload.length; from += size) {
    const piece = payload.subarray(from, from + size)
    const bytes = new Uint8Array([...whole, ...piece])
    const view = new DataView(bytes.buffer)
    view.setUint16(ETHERNET + 2, 20 + piece.length)
    view.setUint16(ETHERNET + 6, (from >> 3) | (from + size < payload.length ? 0x2000 : 0))
    pieces.push({ ...packet, bytes, originalLength: bytes.length, network: bytes.subarray(ETHERNET) })
  }
  return pieces
}

const isBig = ({ bytes }: BuiltPacket): boolean => bytes.length > 1514

function tracked(order: (pieces: BuiltPacket[]) => BuiltPacket[], limits?: TrackerLimits) {
  const tracker = new Tracker({ limits })
  const scanner = new CaptureScanner(tracker.frame)
  scanner.push(pcap(packets(TEXT).flatMap((packet) => (isBig(packet) ? order(fragmentsOf(packet, 1480)) : [packet]))))
  scanner.end()
  const [connection, ...others] = tracker.finish()
  if (connection === undefined || others.length > 0) throw new Error(`${others.length} others`)
  return { connection, fragments: tracker.counts.fragments }
}

describe('a segment in several IP fragments', () => {
  it.each<[string, (pieces: BuiltPacket[]) => BuiltPacket[]]>([
    ['in order', (pieces) => pieces],
    ['the last one first, as old stacks sent them', (pieces) => pieces.toReversed()],
  ])('leaves no gap: %s', (_name, order) => {
    const { connection, fragments } = tracked(order)
    const { originator, responder, connState } = connection
    expect([fragments, connState, originator.bytes, originator.uniqueBytes, originator.rfcState]).toEqual([
      4,
      'SF',
      7100,
      7100,
      'TIME_WAIT',
    ])
    for (const side of [originator, responder])
      expect([side.lostSegments, side.ackedUnseen, side.retransmissions, side.outOfOrder]).toEqual([0, 0, 0, 0])
    expect(originator.rtt).toMatchObject({ samples: 4 })
  })

  it('counts whole in a plain connection too', () => {
    const { connection } = tracked((pieces) => pieces, { connections: 10, detailed: 0 })
    expect([connection.originator.bytes, connection.originator.retransmissions]).toEqual([7100, 0])
  })

  it('of which one is missing leaves a gap', () => {
    const { connection } = tracked((pieces) => pieces.slice(0, -1))
    expect([connection.originator.lostSegments, connection.originator.ackedUnseen]).toEqual([2, 2])
  })
})
