import { block, concat, pcap, pcapng } from './capture-files.ts'

const LINES = [
  '0.000001 host > peer SYN mss=1460',
  '0.5 peer > host SYN ACK',
  '0.4 host > peer ACK len=100 snap=60',
  '- host > peer ACK len=7',
  '1.999999 [fe80::1]:80 > [fe80::2]:5000 PSH ACK len=11 comment="a comment"',
  '2.0 host > * ARP who-has peer',
  '2.5 peer > host ACK len=1400 iface=1',
  '3.0 host > peer RST',
].join('\n')

const dated = LINES.replace(/^- .*\n/m, '')

/** Small captures of every container, for properties that must hold of each. */
export const SCENES: readonly (readonly [string, Uint8Array])[] = [
  ['pcap', pcap(dated)],
  ['big-endian nanosecond pcap', pcap(dated, { bigEndian: true, nanoseconds: true })],
  ['modified pcap', pcap(dated, { modified: true })],
  ['pcapng of two interfaces', pcapng(LINES, { interfaces: [{ tsresol: 9, name: 'eth0' }, { tsresol: 0x94 }], drops: 3 })],
  [
    'big-endian pcapng with names and secrets',
    pcapng(LINES, {
      bigEndian: true,
      interfaces: [{}, {}],
      extraBlocks: [block(4, new Uint8Array(40), true), block(10, new Uint8Array(64), true)],
    }),
  ],
  [
    'pcapng of two sections',
    concat([pcapng(LINES, { interfaces: [{}, {}] }), pcapng(LINES, { bigEndian: true, obsolete: true, interfaces: [{ tsresol: 3 }, {}] })]),
  ],
]
