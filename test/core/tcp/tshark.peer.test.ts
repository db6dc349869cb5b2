import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import * as marks from '../../../src/core/tcp/marks.ts'
import { sharedPath } from '../../support/shared.ts'
import { bare, endText, type JudgedSegment, trackFiles } from './track-file.ts'

interface Stream {
  readonly stream: number
  readonly a: string
  readonly b: string
  readonly packets_ab: number
  readonly packets_ba: number
  readonly rst_ab: readonly number[]
  readonly rst_ba: readonly number[]
  readonly completeness: number
  readonly analysis: Readonly<Record<string, Readonly<Record<string, readonly number[] | { readonly count: number }>>>>
}

interface File {
  readonly file: string
  readonly streams_total: number
  readonly streams: readonly Stream[]
}

const MARKS: Readonly<Record<string, number>> = {
  retransmission: marks.RETRANSMISSION,
  fast_retransmission: marks.FAST_RETRANSMISSION,
  spurious_retransmission: marks.SPURIOUS_RETRANSMISSION,
  out_of_order: marks.OUT_OF_ORDER,
  lost_segment: marks.LOST_SEGMENT,
  ack_lost_segment: marks.ACKED_UNSEEN,
  duplicate_ack: marks.DUPLICATE_ACK,
  window_update: marks.WINDOW_UPDATE,
  window_full: marks.WINDOW_FULL,
  zero_window: marks.ZERO_WINDOW,
  zero_window_probe: marks.ZERO_WINDOW_PROBE,
  keep_alive: marks.KEEP_ALIVE,
  keep_alive_ack: marks.KEEP_ALIVE_ACK,
}

/** Every file in which anything differs, and who is right. */
const COPIES = 'ours: these are copies of one packet (same IP-ID, microseconds apart), which TShark takes for retransmissions'
const TUNNEL = 'TShark: a link type or tunnel that ours does not read'
const FRAGMENT = 'TShark: it puts fragments together; ours follows the first one and counts the rest'
const QUOTED = 'ours: TShark counts the segments that ICMP errors quote as packets of the connection'
const REPEATED = 'ours: each acknowledgement that newly covers bytes the capture lacks, once'
const EXPLAINED: Readonly<Record<string, string>> = {
  'arkime__80211http.pcap': COPIES,
  'arkime__imap.pcap': COPIES,
  'arkime__wireshark-retrans.pcap': COPIES,
  'tcpdump__pptp.pcap': COPIES,
  'zeek__http_m57-long-49583-80.pcap': COPIES,
  'zeek__nflog-http.pcap': COPIES,
  'zeek__tcp_ctu-64702-888.pcap': COPIES,
  'zeek__tcp_ssh-dups.pcap': COPIES,
  'zeek__vlan-pcp-dei.pcapng': COPIES,
  'zeek__pppoe-over-qinq.pcap': 'ours: one copy, and two segments whose IP-IDs show that they were sent again, not reordered',
  'arkime__aerospike.pcap': REPEATED,
  'suricata__dns-tcp-ts-gap_input.pcap': REPEATED,
  'suricata__tcp-rst-unacked-stream-09_TLPW1-tcp-110.37.219.134-10.12.14.101-tcp-990-49230.pcap': REPEATED,
  'zeek__contentline_rlogin-long-client-user-no-nul.pcapng.gz': REPEATED,
  'zeek__contentline_rsh-long-client-user-no-nul.pcapng.gz': REPEATED,
  'zeek__ftp_bigtransfer.pcap': REPEATED,
  'zeek__ldap_gap-data-missing.pcapng': REPEATED,
  'zeek__smtp.pcap': QUOTED,
  'ipfixprobe__functional_inputs_smtp.pcap': QUOTED,
  'zeek__tcp_syn-then-stuff-then-rst.pcap': 'either: a window update without a handshake',
  'zeek__ipv4_fragmented-syn.pcap': FRAGMENT,
  'zeek__tunnels_gre-aruba-amsdu.pcap': 'ours counts both segments of one record (A-MSDU), TShark the last one',
  'arkime__gtp-iphone.pcap': TUNNEL,
  'libpcap__filter_AH-IPcomp-IPv4.pcap': 'ours reads through AH where TShark counts only what IPComp left in clear',
  'libpcap__filter_arcnet-rfc1201-arp-icmp-http.pcap': TUNNEL,
  'tcpdump__arcnet-rfc1201-arp-icmp-http.pcap': TUNNEL,
  'tcpdump__bgp-aigp.pcap': TUNNEL,
  'zeek__tunnels_ayiya3.pcap': TUNNEL,
  'zeek__tunnels_gtp_gtp1_gn_normal_incl_fragmentation.pcap': TUNNEL,
}

const frames = (segments: readonly JudgedSegment[], is: (segment: JudgedSegment) => boolean): string =>
  segments
    .filter(is)
    .map(({ frame }) => frame)
    .join()

/** Wireshark's bits: SYN 1, SYN-ACK 2, data 8, FIN 16, RST 32. Its ACK (4) stands for other things with and without a handshake. */
function completeness(segments: readonly JudgedSegment[]): number {
  const bit = (value: number, is: (segment: JudgedSegment) => boolean): number => (segments.some(is) ? value : 0)
  return (
    bit(1, ({ flags }) => (flags & 18) === 2) |
    bit(2, ({ flags }) => (flags & 18) === 18) |
    bit(8, ({ payloadLength }) => payloadLength > 0) |
    bit(16, ({ flags }) => (flags & 1) !== 0) |
    bit(32, ({ flags }) => (flags & 4) !== 0)
  )
}

function compareStream(stream: Stream, own: readonly JudgedSegment[]): string[] {
  const differences: string[] = []
  const sides = { ab: own.filter(({ fromFirstSender }) => fromFirstSender), ba: own.filter(({ fromFirstSender }) => !fromFirstSender) }
  if (sides.ab.length !== stream.packets_ab || sides.ba.length !== stream.packets_ba) differences.push('packets')
  for (const way of ['ab', 'ba'] as const) {
    const isReset = ({ flags }: JudgedSegment): boolean => (flags & 4) !== 0
    if (frames(sides[way], isReset) !== stream[`rst_${way}`].join()) differences.push('resets')
    for (const [name, bit] of Object.entries(MARKS)) {
      const theirs = stream.analysis[name]?.[way] ?? []
      const ours = sides[way].filter((segment) => segment.marks & bit)
      const same = 'count' in theirs ? theirs.count === ours.length : theirs.join() === frames(ours, () => true)
      if (!same) differences.push(name)
    }
  }
  const hasHandshake = (stream.completeness & 3) === 3
  if (hasHandshake && completeness(own) !== (stream.completeness & ~4)) differences.push('completeness')
  return differences
}

function compare(file: File): string[] {
  const { connections, segments } = trackFiles([sharedPath('testdata', file.file)])
  const tcp = connections.map((connection, id) => ({ connection, id })).filter(({ connection }) => connection.protocol === 'tcp')
  if (tcp.length !== file.streams_total) return ['streams']
  return file.streams.flatMap((stream) => {
    const hit = tcp.find(({ connection }) => connection.streamIndex === stream.stream)
    const ends = hit === undefined ? [] : [endText(hit.connection.originator), endText(hit.connection.responder)]
    if (hit === undefined || !ends.includes(bare(stream.a)) || !ends.includes(bare(stream.b))) return ['ends']
    return compareStream(
      stream,
      segments.filter((segment) => segment.connection === hit.id),
    )
  })
}

it("agrees with TShark's figures of every stream, but for the files explained", () => {
  const { files } = JSON.parse(readFileSync(sharedPath('testdata/expected/tshark_tcp.json'), 'utf8')) as { files: File[] }
  const differing = files.map((file) => [file.file.replace(/^.*\//, ''), compare(file)] as const).filter(([, what]) => what.length > 0)
  expect(differing.map(([name]) => name).sort()).toEqual(Object.keys(EXPLAINED).sort())
})
