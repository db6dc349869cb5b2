import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { TrackedConnection } from '../../../src/core/tcp/connection.ts'
import { sharedPath } from '../../support/shared.ts'
import { bare, endText, trackFiles } from './track-file.ts'

interface Row {
  readonly orig?: string
  readonly resp?: string
  readonly proto?: string
  readonly conn_state?: string
  readonly history?: string
}

interface Trace {
  readonly trace: string
  readonly rows: readonly Row[]
}

/** Rows that stand apart: Zeek splits idle connections, and reads tunnels that carry no printing. */
const APART: readonly [RegExp, string][] = [
  [
    /ssh_ssh\.client-side-half-duplex|modbus-and-non-modbus\S+ 198\.74\.56\.135|retransmit-timeout/,
    'Zeek splits a connection that was idle',
  ],
  [/teredo|ayiya|gtp/, 'the row is behind Teredo, AYIYA or GTP, or the flow round it was turned by their ports'],
]

/** Every other row whose `conn_state` differs, and why ours stands. */
const EXPLAINED: Readonly<Record<string, string>> = {
  'globus-url-copy.pcap 192.168.57.103:35391':
    'Zeek stops following GridFTP data after 7 packets; the FINs of both sides are in the capture',
  'smtp.pcap 10.10.1.4:1470': 'this baseline logs the connection at its SYN-ACK; both FINs are in the capture',
  'chksums_localhost-bad-chksum.pcap 192.168.1.28:53246': 'Zeek drops packets whose checksums a card was left to finish',
  'chksums_localhost-bad-chksum.pcap 35.221.46.9:80': 'the other half of the same connection',
}

const { traces } = JSON.parse(readFileSync(sharedPath('testdata/expected/zeek_conn.json'), 'utf8')) as { traces: Trace[] }

/** Each row with the connection that is it: same ends, in either order, best match first. */
function* matched(): Generator<{ name: string; row: Row; ours: TrackedConnection | undefined }> {
  for (const { trace, rows } of traces) {
    const { connections } = trackFiles([sharedPath('testdata', trace)])
    const taken = new Set<TrackedConnection>()
    for (const row of rows) {
      if ((row.proto !== 'tcp' && row.proto !== 'udp') || row.orig === undefined || row.resp === undefined) continue
      const ends = [bare(row.orig), bare(row.resp)].sort().join()
      const same = connections.filter(
        (one) => one.protocol === row.proto && [endText(one.originator), endText(one.responder)].sort().join() === ends,
      )
      const free = same.filter((one) => !taken.has(one))
      const ours = free.find((one) => one.connState === row.conn_state && one.history === row.history) ?? free[0] ?? same[0]
      if (ours !== undefined) taken.add(ours)
      yield { name: `${trace.replace('zeek/zeek__', '')} ${row.orig}`, row, ours }
    }
  }
}

const rows = [...matched()]
const ordinary = rows.filter(({ name }) => !APART.some(([pattern]) => pattern.test(name)))

it('names more than 230 TCP and UDP rows', () => {
  expect(ordinary.length).toBeGreaterThan(230)
})

it("agrees with Zeek's conn_state on 98 % of the rows, and explains each of the others", () => {
  const differing = ordinary.filter(({ row, ours }) => row.conn_state !== undefined && ours?.connState !== row.conn_state)
  expect(1 - differing.length / ordinary.length).toBeGreaterThanOrEqual(0.98)
  expect(differing.map(({ name }) => name.replace(/^.*?([\w.-]+\.pcap(?:ng)?)/, '$1')).sort()).toEqual(Object.keys(EXPLAINED).sort())
})

it("agrees with Zeek's history on 95 % of the rows", () => {
  const written = ordinary.filter(({ row }) => row.history !== undefined)
  const same = written.filter(({ row, ours }) => ours?.history === row.history)
  expect(same.length / written.length).toBeGreaterThanOrEqual(0.95)
})

it("agrees with Zeek's originator but where the contract's rule turns on the service port or the SYN-ACK", () => {
  const turned = ordinary.filter(({ row, ours }) => ours !== undefined && endText(ours.originator) !== bare(row.orig ?? ''))
  expect(turned.map(({ name, ours }) => `${name} ${ours?.originatorBy}`).sort()).toEqual([
    'chksums_localhost-bad-chksum.pcap 35.221.46.9:80 syn',
    'tunnels_gre-aruba-amsdu.pcap 157.240.18.16:443 service-port',
    'wikipedia.pcap 173.192.163.128:80 syn',
  ])
})
