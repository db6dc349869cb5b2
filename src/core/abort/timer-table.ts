/** Where a timer starts counting. */
export type TimerStart =
  | 'lastPacket'
  | 'lastReceived'
  | 'finAcked'
  | 'firstUnackedSend'
  | 'firstSyn'
  | 'windowClosed'
  | 'firstUnansweredProbe'

/** One timer of a stack, a device or a program that can end a connection. Seconds. */
export interface Timer {
  readonly name: string
  readonly seconds: number
  /** Where it can be set: lowest and highest value. */
  readonly range?: readonly [number, number]
  readonly start: TimerStart
  /** Whose timer: which initial TTL the owner's packets have, where that is known; the path's own devices have none. */
  readonly owner: 'windows' | 'unix' | 'printer' | 'path' | 'any'
  readonly source: string
  /** 0 … 1: how well the value is documented. */
  readonly confidence: number
}

/** A row a timer; contradictory documentation gives two rows. */
export const TIMERS: readonly Timer[] = [
  {
    name: 'Windows FIN_WAIT_2',
    seconds: 120,
    start: 'finAcked',
    owner: 'windows',
    source: 'KB923200; Microsoft NDIS: FIN_WAIT_2 timer',
    confidence: 0.9,
  },
  { name: 'Windows half-closed ceiling', seconds: 300, start: 'finAcked', owner: 'windows', source: 'KB813056', confidence: 0.9 },
  {
    name: 'Windows TcpFinWait2Delay as the M1556 article has it',
    seconds: 240,
    range: [30, 300],
    start: 'finAcked',
    owner: 'windows',
    source: 'Loftware M1556 article (vendor claim; likely TcpTimedWaitDelay)',
    confidence: 0.3,
  },
  {
    name: 'Linux tcp_fin_timeout (orphaned sockets)',
    seconds: 60,
    start: 'finAcked',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl',
    confidence: 0.9,
  },
  {
    name: 'FreeBSD, macOS FIN_WAIT_2',
    seconds: 60,
    start: 'finAcked',
    owner: 'unix',
    source: 'net.inet.tcp.finwait2_timeout',
    confidence: 0.7,
  },
  {
    name: 'Solaris FIN_WAIT_2 flush (older releases)',
    seconds: 675,
    start: 'finAcked',
    owner: 'unix',
    source: 'Oracle Endeca documentation',
    confidence: 0.5,
  },
  { name: 'Palo Alto half-closed', seconds: 120, start: 'finAcked', owner: 'path', source: 'Palo Alto session settings', confidence: 0.6 },
  {
    name: 'Cisco ASA half-closed',
    seconds: 600,
    start: 'finAcked',
    owner: 'path',
    source: 'Cisco ASA timeout half-closed',
    confidence: 0.6,
  },
  {
    name: 'Windows connect, 3 SYNs from 3 s (Windows 7, 2008 R2)',
    seconds: 21,
    start: 'firstSyn',
    owner: 'windows',
    source: 'Microsoft: TcpInitialRtt 3000 ms, MaxSynRetransmissions 2',
    confidence: 0.8,
  },
  { name: 'Linux tcp_syn_retries 6', seconds: 127, start: 'firstSyn', owner: 'unix', source: 'Linux kernel ip-sysctl', confidence: 0.9 },
  {
    name: 'Linux tcp_syn_retries 6 with linear time-outs (6.5 and later)',
    seconds: 131,
    start: 'firstSyn',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl, tcp_syn_linear_timeouts',
    confidence: 0.6,
  },
  {
    name: 'Windows TcpMaxDataRetransmissions 5 (RTO 0.25 s)',
    seconds: 15.8,
    start: 'firstUnackedSend',
    owner: 'windows',
    source: 'Microsoft TechNet cc938210',
    confidence: 0.7,
  },
  {
    name: 'Windows TcpMaxDataRetransmissions 5 (RTO 0.3 s)',
    seconds: 18.9,
    start: 'firstUnackedSend',
    owner: 'windows',
    source: 'Microsoft TechNet cc938210',
    confidence: 0.7,
  },
  {
    name: 'Windows TcpMaxDataRetransmissions 3 (CIS hardening)',
    seconds: 4.5,
    start: 'firstUnackedSend',
    owner: 'windows',
    source: 'CIS Microsoft Windows Server benchmark',
    confidence: 0.6,
  },
  {
    name: 'Linux tcp_retries2 15',
    seconds: 924.6,
    start: 'firstUnackedSend',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl',
    confidence: 0.9,
  },
  {
    name: 'Linux tcp_orphan_retries 8, tcp_retries2 8',
    seconds: 102.2,
    start: 'firstUnackedSend',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl (RTO 0.2 s)',
    confidence: 0.6,
  },
  {
    name: 'Solaris tcp_ip_abort_interval',
    seconds: 480,
    start: 'firstUnackedSend',
    owner: 'unix',
    source: 'Solaris tunable parameters',
    confidence: 0.8,
  },
  {
    name: 'Windows keep-alive, 10 probes a second apart',
    seconds: 10,
    start: 'firstUnansweredProbe',
    owner: 'windows',
    source: 'Microsoft KeepAliveInterval 1000 ms',
    confidence: 0.7,
  },
  {
    name: 'Linux keep-alive, 9 probes 75 s apart',
    seconds: 675,
    start: 'firstUnansweredProbe',
    owner: 'unix',
    source: 'Linux kernel ip-sysctl',
    confidence: 0.9,
  },
  {
    name: 'macOS, FreeBSD keep-alive, 8 probes 75 s apart',
    seconds: 600,
    start: 'firstUnansweredProbe',
    owner: 'unix',
    source: 'net.inet.tcp.keepintvl, keepcnt',
    confidence: 0.7,
  },
  { name: 'Keep-alive idle time', seconds: 7_200, start: 'lastReceived', owner: 'any', source: 'RFC 1122 §4.2.3.6', confidence: 0.9 },
  {
    name: 'HP Jetdirect idle time-out',
    seconds: 270,
    range: [1, 3_600],
    start: 'lastPacket',
    owner: 'printer',
    source: 'HP Jetdirect administrator guide',
    confidence: 0.5,
  },
  {
    name: 'HP Jetdirect idle time-out (MFP security paper)',
    seconds: 15,
    range: [5, 60],
    start: 'lastPacket',
    owner: 'printer',
    source: 'HP MFP security paper',
    confidence: 0.4,
  },
  { name: 'Lexmark end-of-job time-out', seconds: 90, start: 'lastPacket', owner: 'printer', source: 'Lexmark settings', confidence: 0.5 },
  {
    name: 'AWS NLB or Nitro connection tracking',
    seconds: 350,
    range: [60, 6_000],
    start: 'lastPacket',
    owner: 'path',
    source: 'AWS NLB: connection idle timeout; EC2 idle connection tracking',
    confidence: 0.9,
  },
  {
    name: 'Azure Load Balancer',
    seconds: 240,
    range: [240, 6_000],
    start: 'lastPacket',
    owner: 'path',
    source: 'Azure: TCP reset and idle timeout',
    confidence: 0.9,
  },
  {
    name: 'Google Cloud NAT, Huawei USG tcp',
    seconds: 1_200,
    start: 'lastPacket',
    owner: 'path',
    source: 'Cloud NAT time-outs; Huawei USG session aging',
    confidence: 0.8,
  },
  {
    name: 'Google VPC firewall',
    seconds: 600,
    start: 'lastPacket',
    owner: 'path',
    source: 'Google VPC connection tracking',
    confidence: 0.6,
  },
  {
    name: 'FortiGate, Cisco ASA, Palo Alto, Check Point session',
    seconds: 3_600,
    range: [300, 604_800],
    start: 'lastPacket',
    owner: 'path',
    source: 'FortiGate session-ttl; ASA timeout conn; vendor defaults',
    confidence: 0.8,
  },
  { name: 'pf established', seconds: 86_400, start: 'lastPacket', owner: 'path', source: 'pf.conf', confidence: 0.6 },
  { name: 'nginx keep-alive', seconds: 75, start: 'lastReceived', owner: 'any', source: 'nginx keepalive_timeout', confidence: 0.6 },
  {
    name: 'nginx, Apache read',
    seconds: 60,
    start: 'lastReceived',
    owner: 'any',
    source: 'nginx proxy_read_timeout, Apache Timeout',
    confidence: 0.5,
  },
  { name: 'HAProxy', seconds: 50, start: 'lastReceived', owner: 'any', source: 'HAProxy example configuration', confidence: 0.5 },
  { name: 'IIS connection', seconds: 120, start: 'lastReceived', owner: 'any', source: 'IIS connectionTimeout', confidence: 0.6 },
]
