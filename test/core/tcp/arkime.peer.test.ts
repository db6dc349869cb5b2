import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { TrackedConnection } from '../../../src/core/tcp/connection.ts'
import { sharedPath } from '../../support/shared.ts'
import { bare, endText, type JudgedSegment, type TrackedFile, trackFiles } from './track-file.ts'

interface Session {
  readonly a: string
  readonly b: string
  readonly ip_protocol: number
  readonly first_ms: number
  readonly last_ms: number
  readonly packets_a: number
  readonly packets_b: number
  readonly tcpflags?: Readonly<Record<string, number>>
}

/** Every file in which anything differs, and who is right. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'arkime__gtp-iphone.pcap': 'Arkime: it reads GTP, ours does not',
  'arkime__ipv6-gtp6.pcap': 'Arkime: it reads GTP, ours does not',
  'arkime__long-session.pcap': 'ours: Arkime cuts a long session in two',
  'arkime__nbns.pcap': 'ours: Arkime cuts a long session in two',
  'arkime__vxlan.pcap': 'ours: Arkime writes the outer flow with ports 0',
  'arkime__wireshark-dhcp.pcap': 'either: Arkime puts all DHCP of a client in one session',
  'arkime__wireshark-retrans.pcap': 'ours: Arkime counts the window field of resets as zero windows',
  'arkime__single-packets.pcap': 'either: packets without a handshake, which Arkime gives to the receiver',
}

function compareSession(file: TrackedFile, taken: Set<TrackedConnection>, session: Session): string[] {
  const protocol = session.ip_protocol === 6 ? 'tcp' : 'udp'
  const ends = [bare(session.a), bare(session.b)].sort().join()
  const ours = file.connections.find(
    (one) => !taken.has(one) && one.protocol === protocol && [endText(one.originator), endText(one.responder)].sort().join() === ends,
  )
  if (ours === undefined) return [`missing ${session.a}`]
  taken.add(ours)
  const [a, b] = endText(ours.originator) === bare(session.a) ? [ours.originator, ours.responder] : [ours.responder, ours.originator]
  const differences: string[] = []
  if (a.packets !== session.packets_a || b.packets !== session.packets_b) differences.push('packets')
  const millisecond = (at: number): number => Math.floor(at * 1000 + 1e-4)
  if (millisecond(ours.startedAt) !== session.first_ms || millisecond(ours.endedAt) !== session.last_ms) differences.push('times')
  const own = file.segments.filter(({ connection }) => file.connections[connection] === ours)
  if (session.tcpflags !== undefined) differences.push(...compareFlags(session.tcpflags, own, a.zeroWindows + b.zeroWindows))
  return differences
}

function compareFlags(theirs: Readonly<Record<string, number>>, own: readonly JudgedSegment[], zeroWindows: number): string[] {
  const count = (is: (flags: number) => boolean): number => own.filter(({ flags }) => is(flags)).length
  const ours: Record<string, number> = {
    syn: count((flags) => (flags & 18) === 2),
    'syn-ack': count((flags) => (flags & 18) === 18),
    fin: count((flags) => (flags & 1) !== 0),
    rst: count((flags) => (flags & 4) !== 0),
  }
  const differing = Object.keys(ours).filter((flag) => ours[flag] !== (theirs[flag] ?? 0))
  return zeroWindows === (theirs.srcZero ?? 0) + (theirs.dstZero ?? 0) ? differing : [...differing, 'zero windows']
}

it("agrees with Arkime's sessions, but for the files explained", () => {
  const { files } = JSON.parse(readFileSync(sharedPath('testdata/expected/arkime_sessions.json'), 'utf8')) as {
    files: { file: string; sessions: Session[] }[]
  }
  const differing = files.filter(({ file, sessions }) => {
    const tracked = trackFiles([sharedPath('testdata', file)])
    const taken = new Set<TrackedConnection>()
    const followed = sessions.filter(({ ip_protocol }) => ip_protocol === 6 || ip_protocol === 17)
    return followed.flatMap((session) => compareSession(tracked, taken, session)).length > 0
  })
  expect(differing.map(({ file }) => file.replace(/^.*\//, '')).sort()).toEqual(Object.keys(EXPLAINED).sort())
})
