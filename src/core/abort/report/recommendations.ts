import { isPrintPort } from '../../diagnosis/print-ports.ts'
import type { Cause, Diagnosis, LookAt } from '../../diagnosis/schema.ts'

type Recommendation = Diagnosis['recommendations'][number]

const M1556 = 'Loftware M1556 article'
const KB = 'Hangup knowledge base'

const FIRST_ROUND: readonly Recommendation[] = [
  { action: "Check the device's network card, its cable and the error counters of its switch port.", owner: 'network', source: M1556 },
  { action: "Compare the device's firmware level with the vendor's latest.", owner: 'peer', source: M1556 },
]

/** Whose the place to look at is. */
const OWNER_OF: Readonly<Record<LookAt, Recommendation['owner'] | undefined>> = {
  host: 'host',
  peer: 'peer',
  path: 'network',
  nowhere: undefined,
  unknown: 'support',
}

const BY_CAUSE: Readonly<Record<Cause, readonly Recommendation[]>> = {
  'fin-wait-1-timeout': [
    {
      action: 'Check link, duplex and errors between the host and the device; capture at the device to see whether the FIN arrives.',
      owner: 'network',
      source: 'RFC 9293 §3.6',
    },
    { action: 'Find out whether the device was on and awake at that time: its event log, its uptime.', owner: 'peer', source: KB },
    {
      action: 'Do not change the FIN_WAIT_2 registry value: an unacknowledged FIN is ruled by data retransmission, not by that timer.',
      owner: 'host',
      source: 'RFC 9293 §3.6; Microsoft TechNet cc938210 TcpMaxDataRetransmissions',
    },
  ],
  'fin-wait-2-timeout': [
    {
      action: 'Find out why the device never closes: firmware, end-of-job handling, a job that it does not see the end of.',
      owner: 'peer',
      source: 'RFC 9293 §3.6',
    },
  ],
  'retransmission-timeout': [
    {
      action: 'Check link, duplex and error counters on the way; look for a second machine with the same address.',
      owner: 'network',
      source: KB,
    },
    { action: 'Capture at the device at the same time: it shows whether the data arrive.', owner: 'support', source: KB },
  ],
  'keepalive-timeout': [
    {
      action: 'Find out whether the device was off or unreachable at that time; set keep-alive shorter than the idle timers on the path.',
      owner: 'network',
      source: 'RFC 1122 §4.2.3.6',
    },
  ],
  'early-close': [
    {
      action:
        "Read the device's event log and what it answered: data that it could not read is the usual reason. Then look at what the host sent last.",
      owner: 'peer',
      source: M1556,
    },
    {
      action: 'HP Jetdirect: set interlock to 1, so that a port 9100 connection is only closed when all packets are acknowledged.',
      owner: 'peer',
      source: 'HP Jetdirect administrator guide',
    },
  ],
  'peer-idle-close': [
    {
      action: "Compare the device's idle (I/O) time-out with the longest pause in the job, and raise it.",
      owner: 'peer',
      source: 'HP Jetdirect administrator guide',
    },
  ],
  'peer-reset': [{ action: "Read the device's event log at that time; check what the last data were.", owner: 'peer', source: KB }],
  'peer-restarted': [
    { action: "Read the device's uptime and event log; check its power and firmware.", owner: 'peer', source: 'RFC 9293 §3.5.1' },
  ],
  'middlebox-reset': [
    {
      action: 'Ask for the session log of the firewalls on the path for this connection (both addresses and ports) and moment.',
      owner: 'network',
      source: 'Microsoft CSS wiki: Network Device Reset Connection',
    },
  ],
  'host-abort': [
    {
      action:
        'Look in the Event Viewer (Tcpip, NIC, service restarts) at that time; check anti-virus and other network filters, and time-outs in the application.',
      owner: 'host',
      source: KB,
    },
  ],
  'zero-window-stall': [
    { action: 'Look at the device: paper, pause, error on its panel, full buffer.', owner: 'peer', source: 'RFC 9293 §3.8.6.1' },
  ],
  'idle-state-loss': [
    {
      action: 'Set keep-alive on the host shorter than the idle timer of the device on the path, or raise that timer.',
      owner: 'network',
      source: 'RFC 5382 §5',
    },
    { action: 'Ask for the session log of firewalls and NAT on the path for this connection and moment.', owner: 'network', source: KB },
  ],
  'path-mtu-black-hole': [
    {
      action:
        'Find the limit with ping of rising size and "do not fragment"; let ICMP type 3 code 4 (ICMPv6 type 2) pass; check VPN and tunnel MTU.',
      owner: 'network',
      source: 'RFC 2923 §2.1, RFC 4890 §4.3.1',
    },
  ],
  corruption: [
    {
      action:
        'Read the CRC counters of the switch ports; exchange cable and port; update the network driver; switch offloading off for one test.',
      owner: 'network',
      source: 'RFC 9293 §3.1',
    },
  ],
  'neighbor-unreachable': [
    {
      action: 'Check that the device is on, that its link is up and that it has this address.',
      owner: 'peer',
      source: 'RFC 826, RFC 4861',
    },
    {
      action: "Check the VLAN of the device's switch port and the ARP/neighbour table of the host and of the gateway.",
      owner: 'network',
      source: 'RFC 826, RFC 4861',
    },
  ],
  'duplicate-address': [
    {
      action: 'Find the second machine by its link address in the switch tables; give the device a DHCP reservation.',
      owner: 'network',
      source: 'RFC 5227',
    },
  ],
  'network-outage': [
    {
      action: 'Read the logs of the switch and uplink they share at that time; look for spanning tree changes and link flaps.',
      owner: 'network',
      source: KB,
    },
  ],
  'icmp-unreachable': [
    {
      action: 'Look at the device that sent the ICMP message: its route or rule for this address and port.',
      owner: 'network',
      source: 'RFC 792, RFC 4443 §3.1',
    },
  ],
  'connect-refused': [
    {
      action: 'Check that the service listens on that port and that the device is not busy: some accept one connection at a time.',
      owner: 'peer',
      source: 'RFC 9293 §3.10.7.1; escpos-php issues 394 and 485',
    },
  ],
  'connect-timeout': [
    {
      action: 'Check that the device is on and reachable, and that no filter drops connections to that port.',
      owner: 'network',
      source: 'RFC 9293 §3.8.1',
    },
  ],
  'no-wire-cause': [
    {
      action:
        'Look on the host: anti-virus and filter drivers (LSP, WFP), service restarts, Tcpip and NIC events, socket time-outs in the application.',
      owner: 'host',
      source: KB,
    },
  ],
  'normal-close': [],
  undetermined: [
    {
      action: 'Collect what would settle it (below) before anything is changed: a change may hide the cause.',
      owner: 'support',
      source: KB,
    },
    ...FIRST_ROUND,
  ],
}

const FIN_WAIT_2: Readonly<Record<'windows' | 'other', readonly Recommendation[]>> = {
  windows: [
    {
      action:
        'Relief, not cure: the gap is that of the Windows FIN_WAIT_2 timer. TcpFinWait2Delay in the registry is a vendor claim that Microsoft does not document; it needs administrator rights and a restart.',
      owner: 'host',
      source: 'Loftware M1556 article; KB923200',
    },
  ],
  other: [
    {
      action: 'On Linux tcp_fin_timeout concerns orphaned sockets only: raising it does not help a program that still holds its socket.',
      owner: 'host',
      source: 'Linux kernel ip-sysctl',
    },
  ],
}

export interface RecommendFor {
  readonly cause: Cause
  readonly lookAt: LookAt
  /** Undefined where no connection fits. */
  readonly peerPort: number | undefined
  readonly mayRepeat: NonNullable<Diagnosis['delivery']>['mayRepeat'] | undefined
  /** The log's error is one of Windows' own. */
  readonly isWindows: boolean
  /** The measured half-closed wait is that of the Windows timer. */
  readonly isWindowsWait: boolean
}

/** What to do, most urgent first: what the owner of the place to look at can do, then the others, then the failed request. */
export function recommendationsFor(about: RecommendFor): Recommendation[] {
  const { cause, lookAt } = about
  if (cause === 'normal-close') return []
  const timer = cause === 'fin-wait-2-timeout' ? FIN_WAIT_2[about.isWindowsWait ? 'windows' : 'other'] : []
  const isMoot = timer === FIN_WAIT_2.other && about.isWindows
  const first = about.peerPort !== undefined && cause !== 'undetermined' && cause !== 'host-abort' ? FIRST_ROUND : []
  const all = [...BY_CAUSE[cause], ...(isMoot ? [] : timer), ...first]
  const isNearest = ({ owner }: Recommendation) => owner === OWNER_OF[lookAt]
  return [...all.filter(isNearest), ...all.filter((one) => !isNearest(one)), failedRequest(about)]
}

function failedRequest({ peerPort, mayRepeat }: RecommendFor): Recommendation {
  const owner = 'support'
  if (!isPrintPort(peerPort) && peerPort !== undefined) {
    return mayRepeat === 'yes'
      ? { action: 'Send the failed request again: nothing of it was sent.', owner, source: KB }
      : { action: 'Before sending the failed request again find out whether it was carried out.', owner, source: KB }
  }
  return mayRepeat === 'yes'
    ? { action: 'Resubmit the failed request from the Critical Failure folder: nothing of it was sent.', owner, source: M1556 }
    : { action: 'Before resubmitting the failed request (Critical Failure folder) look whether it was printed.', owner, source: M1556 }
}
