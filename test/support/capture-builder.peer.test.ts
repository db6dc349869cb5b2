import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { pcap, pcapng } from './capture-files.ts'

const SCENE = `
  0.000 host > peer SYN win=64240 ttl=128 id=1 mss=1460 ws=8 sack ts=100,0
  0.001000001 peer > host SYN ACK mss=1460
  0.002 host > peer ACK vlan=5
  0.010 host > peer PSH ACK len=101 vlan=5,6
  0.011 peer > host ACK sackblocks=10-20 badsum
  0.400 gateway > host ICMP type=3 code=4 rest=1400 quote=4
  0.500 host > * ARP who-has peer
  0.501 peer > host ARP is-at
  0.600 host > peer UDP data="hello there"
  0.700 [fe80::1]:80 > [fe80::2]:5000 PSH ACK len=11
  0.800 [fe80::1] > [ff02::1] ND solicit [fe80::2]
  0.900 host > peer FIN ACK comment="the end"
  1.000 peer > host RST seq=1
`

function tshark(file: Uint8Array, ...args: string[]): string[] {
  const path = join(mkdtempSync(join(tmpdir(), 'hangup-builder-')), 'scene')
  writeFileSync(path, file)
  const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`])
  return execFileSync('tshark', ['-r', path, ...checks, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    .trim()
    .split('\n')
}

it.each([
  ['pcap', pcap(SCENE)],
  ['big-endian pcap', pcap(SCENE, { bigEndian: true })],
  ['nanosecond pcap', pcap(SCENE, { nanoseconds: true })],
  ['pcapng', pcapng(SCENE)],
  ['big-endian pcapng with 2^-20 s', pcapng(SCENE, { bigEndian: true, interfaces: [{ tsresol: 0x94 }] })],
  ['pcapng with obsolete packet blocks', pcapng(SCENE, { obsolete: true })],
])('TShark reads the %s that the builder writes, and finds the one wrong checksum', (_, file) => {
  const fields = ['frame.number', 'frame.protocols'].flatMap((name) => ['-e', name])
  const rows = tshark(file, '-T', 'fields', ...fields)
  expect(rows).toHaveLength(13)
  expect(rows[3]).toMatch(/eth:ethertype:(vlan|ieee8021ad).*:ip:tcp/)
  expect(rows[9]).toMatch(/ipv6:tcp/)
  const bad =
    'tcp.checksum.status==0 or ip.checksum.status==0 or udp.checksum.status==0 or icmp.checksum.status==0 or icmpv6.checksum.status==0'
  expect(tshark(file, '-Y', bad, '-T', 'fields', '-e', 'frame.number')).toEqual(['5'])
  expect(tshark(file, '-Y', '_ws.malformed', '-T', 'fields', '-e', 'frame.number')).toEqual([''])
})

it('follows sequence numbers, and quotes the frame it is told to', () => {
  const rows = tshark(pcap(SCENE), '-Y', 'tcp and not icmp', '-T', 'fields', '-e', 'tcp.seq', '-e', 'tcp.ack', '-e', 'tcp.len')
  expect(rows.slice(0, 4)).toEqual(['0\t0\t0', '0\t1\t0', '1\t1\t0', '1\t1\t101'])
  expect(tshark(pcap(SCENE), '-Y', 'icmp', '-T', 'fields', '-e', 'icmp.mtu', '-e', 'tcp.srcport')).toEqual(['1400\t49822'])
})
