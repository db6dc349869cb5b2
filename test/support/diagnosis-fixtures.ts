import type { Diagnosis, SequenceStep, Timeline } from '../../src/core/diagnosis/schema.ts'

/** Handmade diagnoses, one for each shape that the report has to draw. Addresses are from documentation ranges. */

const START = Date.parse('2025-02-22T10:15:00Z')
export const CAPTURE = 'captures/printer-span.pcapng'
export const LOG = 'logs/batch-print.log'

/** The stamp `seconds` after the start of every fixture's story. */
export const at = (seconds: number): string => {
  const whole = Math.floor(seconds)
  const micros = Math.round((seconds - whole) * 1e6)
  return `${new Date(START + whole * 1000).toISOString().slice(0, 19)}.${String(micros).padStart(6, '0')}Z`
}

const frameRef = (frame: number, seconds: number) => ({ file: CAPTURE, frame, originalFrame: frame + 901_204, at: at(seconds) })
const lineRef = (line: number, seconds: number) => ({ file: LOG, line, at: at(seconds), stampedAt: '2025-02-22 11:15:44,120' })

type SegmentRow = [
  seconds: number,
  from: 'host' | 'peer' | 'middlebox',
  frame: number,
  flags: string,
  seq: number,
  ack: number,
  length: number,
  label: string,
]

const segment = ([seconds, from, frame, flags, seq, ack, length, label]: SegmentRow, decisive = false): SequenceStep => ({
  at: at(seconds),
  kind: 'segment',
  from,
  label,
  flags,
  seq,
  ack,
  length,
  ref: frameRef(frame, seconds),
  decisive,
})
const key = (row: SegmentRow): SequenceStep => segment(row, true)
const gap = (seconds: number, packets: number, label: string): SequenceStep => ({
  at: at(seconds),
  kind: 'gap',
  from: null,
  label,
  packets,
  decisive: false,
})
const log = (seconds: number, line: number, label: string): SequenceStep => ({
  at: at(seconds),
  kind: 'log',
  from: 'host',
  label,
  ref: lineRef(line, seconds),
  decisive: true,
})
const other = (kind: 'icmp' | 'arp', seconds: number, from: 'host' | 'peer' | 'middlebox', frame: number, label: string): SequenceStep => ({
  at: at(seconds),
  kind,
  from,
  label,
  ref: frameRef(frame, seconds),
  decisive: true,
})
const handshake: SequenceStep[] = [
  segment([1.2, 'host', 12, 'SYN', 0, 0, 0, 'opens the connection']),
  segment([1.2004, 'peer', 13, 'SYN ACK', 0, 1, 0, '']),
  segment([1.2005, 'host', 14, 'ACK', 1, 1, 0, '']),
]

function timeline(
  marks: Partial<Record<'retransmissions' | 'zeroWindows' | 'resets', [bin: number, count: number][]>>,
  busyUntil = 60,
): Timeline {
  const bins = 120
  const zeros = () => new Array<number>(bins).fill(0)
  const wave = (scale: number) =>
    zeros().map((_, i) => (i < busyUntil ? Math.round(scale * (0.35 + 0.65 * Math.abs(Math.sin(i * 1.7)))) : 0))
  const set = (rows: [number, number][] = []) => {
    const lane = zeros()
    for (const [bin, count] of rows) lane[bin] = count
    return lane
  }
  return {
    from: at(0),
    binSeconds: 1.5,
    hostBytes: wave(48_000),
    peerBytes: wave(900),
    retransmissions: set(marks.retransmissions),
    zeroWindows: set(marks.zeroWindows),
    resets: set(marks.resets),
    otherPackets: zeros().map((_, i) => Math.round(12 + 10 * Math.sin(i / 9))),
    logEvents: [
      { at: at(1.1), label: 'job 4711 started on queue LBL-07', ref: lineRef(201, 1.1) },
      { at: at(133.4), label: 'M1556 WSAECONNABORTED 10053', ref: lineRef(341, 133.4) },
      { at: at(134), label: 'queue LBL-07 paused', ref: lineRef(343, 134) },
    ],
  }
}

const base: Diagnosis = {
  schemaVersion: 1,
  revision: 1,
  engine: { name: 'hangup', version: '0.1.0' },
  verdict: {
    cause: 'undetermined',
    abortedBy: 'undetermined',
    mechanism: 'none',
    lookAt: 'unknown',
    confidence: null,
    partyConfidence: null,
    headline: '',
    explanation: '',
  },
  connection: {
    protocol: 'tcp',
    streamIndex: 7,
    file: CAPTURE,
    host: { ip: '192.0.2.5', port: 49822 },
    peer: { ip: '192.0.2.9', port: 9100 },
    hostState: 'ESTABLISHED',
    peerState: 'ESTABLISHED',
    connState: 'RSTR',
    history: 'ShADadR',
    startedAt: at(1.2),
    endedAt: at(133.2),
    observations: [
      {
        file: CAPTURE,
        streamIndex: 7,
        vantage: 'middle',
        host: { ip: '192.0.2.5', port: 49822 },
        peer: { ip: '192.0.2.9', port: 9100 },
        offsetSeconds: 0,
        translated: false,
      },
    ],
  },
  evidence: [],
  alternatives: [],
  timers: [],
  delivery: {
    hostBytesSent: 48_212,
    hostBytesAcked: 48_212,
    fullJobAcked: true,
    peerAnswered: false,
    mayRepeat: 'look-first',
    says: "The printer's stack has the whole job: printing it again may print it twice.",
  },
  peerAnswer: null,
  recommendations: [],
  settle: [],
  reportedError: {
    canonical: 'ECONNABORTED',
    codes: ['WSAECONNABORTED 10053', 'M1556'],
    ref: lineRef(341, 133.4),
    proves: 'the host no longer had the connection when the program used it.',
    doesNotProve: 'who ended it: Windows gives 10053 for its own timers and for resets alike.',
  },
  otherErrors: [{ at: at(401), code: 'WSAECONNRESET 10054', peer: '192.0.2.31:9100', coveredBy: CAPTURE }],
  clocks: [
    { file: CAPTURE, offsetSeconds: 0, interval: [0, 0], anchors: 1 },
    { file: LOG, offsetSeconds: -37.2, interval: [-37.9, -36.5], anchors: 3 },
  ],
  inputs: [
    {
      file: CAPTURE,
      name: 'printer-span.pcap',
      format: 'pcap',
      recordsKept: 4120,
      from: at(0.01),
      to: at(179.4),
      size: 3_812_004,
      sha256: 'a'.repeat(64),
      source: { size: 912_400_112, recordsSeen: 912_331, sha256: null },
      options: { snaplen: 262144, linkType: 1 },
      quality: ['both directions seen', 'no duplicate packets'],
    },
    {
      file: LOG,
      name: 'batch-print.log',
      format: 'text',
      recordsKept: 412,
      from: at(0.2),
      to: at(179),
      size: 48_004,
      sha256: 'b'.repeat(64),
      source: { size: 1_204_881, recordsSeen: 10_412, sha256: 'c'.repeat(64) },
      options: { timezone: '+01:00' },
      quality: ['zone given, not in the text'],
    },
  ],
  limits: ['The capture was taken on a mirror port: what happened inside the host is inferred.'],
  alsoAborted: [],
  chosenBecause: 'the only connection from the host to the peer that ended within 2 s of the error line',
  sequence: handshake,
  timeline: timeline({}),
}

const finWait2: Diagnosis = {
  ...base,
  connection: {
    ...(base.connection as NonNullable<Diagnosis['connection']>),
    hostState: 'FIN_WAIT_2',
    peerState: 'CLOSE_WAIT',
    connState: 'S2',
    history: 'ShADadF',
  },
  verdict: {
    cause: 'fin-wait-2-timeout',
    abortedBy: 'host',
    mechanism: 'timeout',
    lookAt: 'peer',
    confidence: 0.94,
    partyConfidence: 0.98,
    headline: 'The print server gave up waiting for the printer to close its half of the connection: look at the printer.',
    explanation:
      "The server sent its FIN after the last byte of the job; the printer acknowledged it within 0.4 ms and never sent its own. After 119.9 s in FIN-WAIT-2 the server's stack dropped the half-closed socket and answered the printer's late status message with RST.",
  },
  timers: [
    {
      name: 'FIN-WAIT-2',
      expectedSeconds: 120,
      observed: { min: 119.8, max: 120.1 },
      startsAt: frameRef(640, 13.3004),
      endsAt: frameRef(812, 133.2),
      source: 'Microsoft NDIS documentation: fin-wait-2-timer, initial value 120 s',
    },
  ],
  evidence: [
    {
      says: "The host's FIN was acknowledged after 0.4 ms; the peer's FIN never came.",
      supports: true,
      refs: [frameRef(638, 13.3), frameRef(640, 13.3004)],
    },
    {
      says: "119.9 s passed between that acknowledgement and the host's RST: its FIN-WAIT-2 timer of 120 s fits.",
      supports: true,
      refs: [frameRef(812, 133.2)],
    },
    {
      says: 'The RST has the TTL (128) and the next IP-ID of the other 412 packets of the host: the host itself sent it.',
      supports: true,
      refs: [frameRef(812, 133.2)],
    },
    { says: 'The log reports 10053 0.2 s after the RST, with the clock 37.2 s behind.', supports: true, refs: [lineRef(341, 133.4)] },
    {
      says: 'The capture was taken on a mirror port: a FIN lost before it would look the same.',
      supports: false,
      refs: [{ file: CAPTURE, source: 'digest', at: at(0) }],
    },
  ],
  alternatives: [
    { cause: 'middlebox-reset', abortedBy: 'middlebox', confidence: 0.03, against: ["the RST's TTL and IP-ID are the host's"] },
    {
      cause: 'host-abort',
      abortedBy: 'host',
      confidence: 0.02,
      against: ['a timer of exactly 120 s ran out', 'the program had closed already'],
    },
  ],
  recommendations: [
    {
      action: 'Update the printer firmware: its raw-port service must close after the job (RFC 9293 §3.6).',
      owner: 'peer',
      source: 'RFC 9293 §3.6',
    },
    {
      action: 'Do not raise the FIN-WAIT-2 delay: it hides the fault and holds sockets longer.',
      owner: 'host',
      source: 'Microsoft NDIS documentation',
    },
    {
      action: 'Check the output tray before the job is printed again.',
      owner: 'support',
      source: 'delivery: the whole job was acknowledged',
    },
  ],
  settle: [
    {
      why: "A capture at the printer's own port would show whether it sent a FIN that was lost.",
      command: 'dumpcap -i 1 -f "host 192.0.2.5 and port 9100" -b duration:600 -b files:12 -w printer-side.pcapng',
    },
  ],
  peerAnswer: {
    frame: 811,
    bytes: 58,
    text: '@PJL USTATUS DEVICE\r\nCODE=10001\r\nDISPLAY="READY"',
    protocol: 'pjl',
    meaning: 'PJL status: ready. The job was taken.',
    seenByHost: false,
  },
  sequence: [
    ...handshake,
    gap(1.3, 610, 'the job, 48,212 bytes'),
    segment([13.2, 'host', 636, 'PSH ACK', 47_113, 1, 1100, 'last bytes of the job']),
    segment([13.2003, 'peer', 637, 'ACK', 1, 48_213, 0, 'all 48,212 bytes acknowledged']),
    key([13.3, 'host', 638, 'FIN ACK', 48_213, 1, 0, 'host closes its half']),
    key([13.3004, 'peer', 640, 'ACK', 1, 48_214, 0, 'acknowledges the FIN, sends none']),
    gap(13.4, 0, 'nothing on this connection'),
    key([133.19, 'peer', 811, 'PSH ACK', 1, 48_214, 58, 'late status message']),
    key([133.2, 'host', 812, 'RST', 48_214, 0, 0, 'half-closed socket is gone']),
    log(133.4, 341, 'ERROR M1556 WSAECONNABORTED (10053) while closing job 4711 on LBL-07'),
  ],
  timeline: timeline({ resets: [[88, 1]] }, 9),
}

const middlebox: Diagnosis = {
  ...base,
  verdict: {
    cause: 'middlebox-reset',
    abortedBy: 'middlebox',
    mechanism: 'rst',
    lookAt: 'path',
    confidence: 0.91,
    partyConfidence: 0.97,
    headline: 'A device between the print server and the printer cut the connection; neither of the two did: look at the firewall.',
    explanation:
      'Both ends received an RST that the other had not sent. The RST from 192.0.2.9 has TTL 63 where the other 412 packets of the printer have 57, and its IP-ID is out of order.',
  },
  evidence: [
    { says: 'RST from 192.0.2.9 with TTL 63; the other 412 packets from there have 57.', supports: true, refs: [frameRef(702, 44.1)] },
    {
      says: 'After the RST the printer went on acknowledging for 80 ms.',
      supports: true,
      refs: [frameRef(703, 44.11), frameRef(705, 44.18)],
    },
    { says: 'A second RST, to the printer, followed within 40 µs.', supports: true, refs: [frameRef(704, 44.10004)] },
  ],
  alternatives: [{ cause: 'peer-reset', abortedBy: 'peer', confidence: 0.05, against: ['TTL and IP-ID are not the printer’s'] }],
  delivery: {
    hostBytesSent: 30_004,
    hostBytesAcked: 22_800,
    fullJobAcked: false,
    peerAnswered: false,
    mayRepeat: 'look-first',
    says: 'The printer has 22.8 kB of at least 30 kB: part of the job may have been printed.',
  },
  recommendations: [
    {
      action: 'Look for the reset in the log of the firewall between the VLANs at 10:15:44 UTC.',
      owner: 'network',
      source: 'Weaver, Sommer, Paxson, NDSS 2009',
    },
  ],
  settle: [
    {
      why: 'Captures on both sides of the firewall show which side the RST appears on.',
      command: 'dumpcap -i 1 -f "host 192.0.2.9" -w inside.pcapng',
    },
  ],
  sequence: [
    ...handshake,
    gap(1.3, 680, 'transfer, 22,800 bytes'),
    segment([44.09, 'host', 700, 'ACK', 22_801, 1, 1460, '']),
    segment([44.0904, 'peer', 701, 'ACK', 1, 22_801, 0, '']),
    key([44.1, 'middlebox', 702, 'RST', 1, 0, 0, 'to the host, in the name of the peer: TTL 63, usual 57']),
    { ...key([44.10004, 'middlebox', 704, 'RST', 24_261, 0, 0, 'to the peer, in the name of the host']), to: 'peer' },
    key([44.18, 'peer', 705, 'ACK', 1, 24_261, 0, 'the peer still acknowledges: it did not reset']),
    log(44.3, 341, 'ERROR connection reset by peer (10054)'),
  ],
  timeline: timeline({ resets: [[29, 2]], retransmissions: [[20, 1]] }, 30),
}

const retransmission: Diagnosis = {
  ...base,
  verdict: {
    cause: 'retransmission-timeout',
    abortedBy: 'host',
    mechanism: 'timeout',
    lookAt: 'path',
    confidence: 0.88,
    partyConfidence: 0.95,
    headline: "The printer stopped answering in the middle of the job; the server's stack gave up after five retransmissions.",
    explanation:
      'Data at sequence 12,409 was sent six times with doubling gaps and never acknowledged. Nothing came from the printer after frame 301.',
  },
  timers: [
    {
      name: 'data retransmissions (5)',
      expectedSeconds: 18.9,
      observed: { min: 18.6, max: 19.2 },
      startsAt: frameRef(302, 20),
      endsAt: frameRef(340, 38.9),
      source: 'TcpMaxDataRetransmissions, default 5',
    },
  ],
  evidence: [
    {
      says: 'Six copies of the same 1,460 bytes with gaps of 0.3, 0.6, 1.2, 2.4 and 4.8 s: a retransmission ladder.',
      supports: true,
      refs: [302, 305, 309, 318, 330, 340].map((frame, i) => frameRef(frame, 20 + 0.3 * (2 ** i - 1))),
    },
    { says: 'No packet from the peer in the last 32 s, to nobody.', supports: true, refs: [frameRef(301, 19.9)] },
    {
      says: 'ARP for the peer was answered during that time: its network interface was alive.',
      supports: false,
      refs: [frameRef(322, 25)],
    },
  ],
  alternatives: [{ cause: 'network-outage', abortedBy: 'host', confidence: 0.06, against: ['other connections of the host went on'] }],
  delivery: {
    hostBytesSent: 13_868,
    hostBytesAcked: 12_408,
    fullJobAcked: false,
    peerAnswered: false,
    mayRepeat: 'look-first',
    says: 'The printer has 12.4 kB of the job: look at the tray, it may have printed a part.',
  },
  recommendations: [
    {
      action: "Check the printer's network interface, cable and switch port for errors and link flaps at 10:15:20 UTC.",
      owner: 'network',
      source: 'knowledge: first actions',
    },
  ],
  sequence: [
    ...handshake,
    gap(1.3, 280, 'transfer'),
    segment([19.9, 'peer', 301, 'ACK', 1, 12_409, 0, 'last packet from the peer']),
    key([20, 'host', 302, 'PSH ACK', 12_409, 1, 1460, 'never acknowledged']),
    ...[305, 309, 318, 330, 340].map((frame, i) =>
      key([20 + 0.3 * (2 ** (i + 1) - 1), 'host', frame, 'PSH ACK', 12_409, 1, 1460, `retransmission ${i + 1}`]),
    ),
    log(39, 341, 'WARN job 4711: connection timed out (10060)'),
  ],
  timeline: timeline(
    {
      retransmissions: [
        [13, 2],
        [14, 1],
        [16, 1],
        [19, 1],
        [26, 1],
      ],
    },
    13,
  ),
}

const zeroWindow: Diagnosis = {
  ...base,
  verdict: {
    cause: 'zero-window-stall',
    abortedBy: 'host',
    mechanism: 'rst',
    lookAt: 'peer',
    confidence: 0.83,
    partyConfidence: 0.99,
    headline: 'The printer stopped taking data (paper, ribbon or an open lid?), and after 60 s the print software gave up.',
    explanation: 'The printer advertised a window of 0 for 60.2 s while it went on answering probes. Then the host reset the connection.',
  },
  evidence: [
    {
      says: 'Window 0 in 14 packets of the peer over 60.2 s; every probe was answered.',
      supports: true,
      refs: [frameRef(220, 30), frameRef(260, 90)],
    },
  ],
  delivery: {
    hostBytesSent: 20_480,
    hostBytesAcked: 20_480,
    fullJobAcked: false,
    peerAnswered: true,
    mayRepeat: 'look-first',
    says: 'The printer holds 20 kB of the job: it prints that part when it goes on.',
  },
  peerAnswer: {
    frame: 221,
    bytes: 34,
    text: '@PJL USTATUS DEVICE CODE=40000 <script>alert(1)</script>',
    protocol: 'pjl',
    meaning: 'PJL status 40000: paper out.',
    seenByHost: true,
  },
  recommendations: [
    { action: 'Look at the printer: it reports paper out.', owner: 'peer', source: 'PJL Technical Reference, status codes' },
  ],
  sequence: [
    ...handshake,
    gap(1.3, 200, 'transfer, 20,480 bytes'),
    key([30, 'peer', 220, 'ACK', 1, 20_481, 0, 'window 0: takes no more']),
    key([30.2, 'peer', 221, 'PSH ACK', 1, 20_481, 34, 'status message']),
    segment([35, 'host', 225, 'ACK', 20_480, 35, 1, 'zero-window probe']),
    segment([35.001, 'peer', 226, 'ACK', 35, 20_481, 0, 'still 0']),
    gap(36, 22, '11 probes, 11 answers: window 0'),
    segment([90, 'peer', 260, 'ACK', 35, 20_481, 0, 'still 0']),
    key([90.2, 'host', 261, 'RST ACK', 20_481, 35, 0, 'the program gives up']),
    log(90.25, 341, 'ERROR job 4711 cancelled after 60 s without progress <img src=x onerror=alert(1)>'),
  ],
  timeline: timeline(
    {
      zeroWindows: [
        [20, 2],
        [24, 1],
        [30, 1],
        [36, 2],
        [42, 1],
        [50, 1],
        [60, 1],
      ],
      resets: [[60, 1]],
    },
    20,
  ),
}

const earlyClose: Diagnosis = {
  ...base,
  verdict: {
    cause: 'early-close',
    abortedBy: 'peer',
    mechanism: 'rst',
    lookAt: 'peer',
    confidence: 0.79,
    partyConfidence: 0.96,
    headline: 'The printer hung up while the job was still being sent, and its explanation was lost on the way out.',
    explanation:
      'The printer answered with an error, closed, and reset the connection because unread data was left; the reset destroyed the answer before the program could read it.',
  },
  peerAnswer: {
    frame: 410,
    bytes: 117,
    text: 'HTTP/1.1 413 Content Too Large\r\nServer: label-engine',
    protocol: 'http',
    meaning: 'HTTP 413: the job is larger than the printer accepts.',
    seenByHost: false,
  },
  evidence: [
    {
      says: 'The peer sent 117 bytes, then FIN and RST within 0.3 ms, with 8,760 bytes unread.',
      supports: true,
      refs: [frameRef(410, 5), frameRef(411, 5.0001), frameRef(412, 5.0003)],
    },
  ],
  delivery: {
    hostBytesSent: 96_360,
    hostBytesAcked: 87_600,
    fullJobAcked: false,
    peerAnswered: true,
    mayRepeat: 'look-first',
    says: 'The printer refused the job: printing it again unchanged fails again.',
  },
  recommendations: [
    { action: 'Send smaller jobs or raise the size limit of the printer’s IPP service.', owner: 'peer', source: 'RFC 9110 §15.5.14' },
  ],
  sequence: [
    ...handshake,
    gap(1.3, 380, 'transfer, 87,600 bytes'),
    key([5, 'peer', 410, 'PSH ACK', 1, 87_601, 117, 'its answer, never read']),
    key([5.0001, 'peer', 411, 'FIN ACK', 118, 87_601, 0, 'closes']),
    segment([5.0002, 'host', 413, 'ACK', 87_601, 1, 1460, 'still sending']),
    key([5.0003, 'peer', 412, 'RST', 119, 0, 0, 'unread data left']),
    log(5.01, 341, 'java.net.SocketException: Connection reset'),
  ],
  timeline: timeline({ resets: [[3, 1]] }, 4),
}

const duplicateAddress: Diagnosis = {
  ...base,
  verdict: {
    cause: 'duplicate-address',
    abortedBy: 'middlebox',
    mechanism: 'rst',
    lookAt: 'path',
    confidence: 0.97,
    partyConfidence: 0.99,
    headline: 'Two machines use the printer’s address 192.0.2.9, and the wrong one reset the connection.',
    explanation:
      'ARP for 192.0.2.9 was answered by 00:1b:21:0a:0b:0c and 00:80:77:31:01:07. The RST came from the first, which had no such connection.',
  },
  evidence: [
    {
      says: 'Two answers to one ARP request, 2 ms apart, from different MAC addresses.',
      supports: true,
      refs: [frameRef(90, 11), frameRef(91, 11.002)],
    },
    {
      says: 'The RST carries the second machine’s MAC; all 210 other packets of the peer carry the printer’s.',
      supports: true,
      refs: [frameRef(94, 11.2)],
    },
  ],
  recommendations: [
    {
      action: 'Find 00:1b:21:0a:0b:0c in the switch’s address table and give it an address of its own.',
      owner: 'network',
      source: 'RFC 5227',
    },
  ],
  sequence: [
    ...handshake,
    other('arp', 11, 'peer', 90, 'ARP: 192.0.2.9 is at 00:80:77:31:01:07'),
    other('arp', 11.002, 'middlebox', 91, 'ARP: 192.0.2.9 is at 00:1b:21:0a:0b:0c'),
    { ...key([11.1, 'host', 93, 'PSH ACK', 4001, 1, 1460, 'goes to the wrong machine']), to: 'middlebox' },
    key([11.2, 'middlebox', 94, 'RST', 0, 0, 0, 'unknown connection']),
    log(11.3, 341, 'ERROR 10054'),
  ],
  timeline: timeline({ resets: [[7, 1]] }, 8),
}

const icmp: Diagnosis = {
  ...base,
  verdict: {
    cause: 'icmp-unreachable',
    abortedBy: 'middlebox',
    mechanism: 'icmp',
    lookAt: 'path',
    confidence: 0.95,
    partyConfidence: 0.95,
    headline: 'The router 192.0.2.1 said that the printer cannot be reached.',
    explanation: 'Each SYN was answered by ICMP destination unreachable (host) from 192.0.2.1.',
  },
  connection: {
    ...(base.connection as NonNullable<Diagnosis['connection']>),
    hostState: 'SYN_SENT',
    peerState: 'unknown',
    connState: 'S0',
    history: 'S',
  },
  evidence: [{ says: 'ICMP type 3 code 1 from 192.0.2.1 quotes the host’s SYN.', supports: true, refs: [frameRef(13, 1.25)] }],
  delivery: {
    hostBytesSent: 0,
    hostBytesAcked: 0,
    fullJobAcked: false,
    peerAnswered: false,
    mayRepeat: 'yes',
    says: 'Nothing of the job reached the printer: it can be printed again.',
  },
  recommendations: [{ action: 'Check the route from 192.0.2.1 to 192.0.2.9.', owner: 'network', source: 'RFC 792' }],
  sequence: [
    key([1.2, 'host', 12, 'SYN', 0, 0, 0, 'opens the connection']),
    other('icmp', 1.25, 'middlebox', 13, 'ICMP destination unreachable (host)'),
    key([2.2, 'host', 20, 'SYN', 0, 0, 0, 'tries again']),
    other('icmp', 2.25, 'middlebox', 21, 'ICMP destination unreachable (host)'),
    log(2.3, 341, 'ERROR connect: No route to host (10065)'),
  ],
  timeline: timeline({}, 0),
}

const logsAlone: Diagnosis = {
  ...base,
  verdict: {
    ...base.verdict,
    headline: 'The log shows an abort; without a capture nobody can say who did it.',
    explanation: 'WSAECONNABORTED says that the connection was gone, not who ended it.',
  },
  connection: null,
  delivery: null,
  evidence: [{ says: 'Line 341: M1556 WSAECONNABORTED 10053 for 192.0.2.9.', supports: true, refs: [lineRef(341, 133.4)] }],
  recommendations: [{ action: "Check the printer's network interface and firmware.", owner: 'peer', source: 'first-round actions' }],
  settle: [
    {
      why: 'A capture in timed intervals on a third computer at a mirror port decides it at the next incident.',
      command: 'dumpcap -i 1 -f "host 192.0.2.9" -b duration:600 -b files:48 -w span.pcapng',
    },
  ],
  inputs: base.inputs.slice(1),
  clocks: base.clocks.slice(1),
  limits: ['No capture was sent.'],
  sequence: [],
  timeline: null,
}

const crowded: Diagnosis = {
  ...retransmission,
  verdict: {
    ...retransmission.verdict,
    cause: 'path-mtu-black-hole',
    lookAt: 'path',
    confidence: 0.72,
    headline:
      'Small packets pass between the server and the printer, but full-size ones vanish: something on the path drops them without saying so.',
  },
  connection: {
    ...(base.connection as NonNullable<Diagnosis['connection']>),
    host: { ip: '2001:db8:1234:5678:9abc:def0:1234:5678', port: 49822 },
    peer: { ip: '2001:db8:1234:5678:9abc:def0:1234:9abc', port: 9100 },
  },
  alsoAborted: [{ peer: { ip: '2001:db8::31', port: 9100 }, cause: 'path-mtu-black-hole', abortedBy: 'host', at: at(71) }],
  sequence: [
    ...handshake,
    ...Array.from({ length: 52 }, (_, i) =>
      segment([
        2 + i * (i > 40 ? 1.7 : 0.013),
        i % 3 === 2 ? 'peer' : 'host',
        20 + i,
        i % 3 === 2 ? 'ACK' : 'PSH ACK',
        1 + i * 1460,
        1,
        i % 3 === 2 ? 0 : 1460,
        i % 7 === 0 ? `a long remark that some rule makes about frame ${20 + i}, with detail that does not fit` : '',
      ]),
    ),
    key([95, 'host', 90, 'PSH ACK', 4_294_967_295, 4_294_967_295, 65_483, 'retransmission 5']),
    log(99, 341, `A log line without any end ${'x'.repeat(300)}`),
  ],
}

const noWireCause: Diagnosis = {
  ...base,
  verdict: {
    ...base.verdict,
    cause: 'no-wire-cause',
    lookAt: 'host',
    confidence: 0.86,
    headline: 'The log shows an abort, but on the wire the connection ended normally: look at the software on the host.',
    explanation:
      'The capture covers the moment with both directions and no drops. The connection closed with FIN from both sides 12 s before the error line.',
  },
  connection: {
    ...(base.connection as NonNullable<Diagnosis['connection']>),
    hostState: 'TIME_WAIT',
    peerState: 'CLOSED',
    connState: 'SF',
  },
  evidence: [
    {
      says: 'FIN from both sides, both acknowledged.',
      supports: true,
      refs: [frameRef(638, 13.3), frameRef(640, 13.3004), frameRef(641, 13.31)],
    },
  ],
  sequence: [
    ...handshake,
    gap(1.3, 610, 'the job'),
    segment([13.3, 'host', 638, 'FIN ACK', 48_213, 1, 0, 'closes']),
    segment([13.3004, 'peer', 640, 'FIN ACK', 1, 48_214, 0, 'closes too']),
    segment([13.31, 'host', 641, 'ACK', 48_214, 2, 0, '']),
    log(25.4, 341, 'ERROR M1556 WSAECONNABORTED (10053)'),
  ],
}

/** By cause. */
export const DIAGNOSES = {
  'fin-wait-2-timeout': finWait2,
  'middlebox-reset': middlebox,
  'retransmission-timeout': retransmission,
  'zero-window-stall': zeroWindow,
  'early-close': earlyClose,
  'duplicate-address': duplicateAddress,
  'icmp-unreachable': icmp,
  'no-wire-cause': noWireCause,
  'path-mtu-black-hole': crowded,
  undetermined: logsAlone,
} satisfies Record<string, Diagnosis>
