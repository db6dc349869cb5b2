/** The parts of a corpus case's truth that the score needs; the whole schema is in the corpus's README. */
export interface Truth {
  readonly name: string
  readonly capture_file: string
  readonly capture_files?: readonly string[]
  readonly scenario: string
  readonly variant: string
  readonly expected: { readonly aborted_by: string; readonly mechanism: string }
  readonly acceptable: {
    readonly scenario: readonly string[]
    readonly aborted_by: readonly string[]
    readonly mechanism: readonly string[]
  }
  readonly benign: boolean
  readonly subject: {
    readonly server_ip: string
    readonly server_port: number
    readonly printer_ip: string
    readonly printer_port: number
  }
  /** What a customer would certainly say, and the evidence does not. */
  readonly hints?: { readonly host?: string; readonly peer?: string } | null
  readonly incident_at: string | null
  readonly app_event_at: string | null
  readonly last_packet_at: string
  readonly abort_frame: number | null
  readonly frames?: { readonly flow_frames: number }
  readonly captures?: readonly {
    readonly file: string
    readonly abort_frame: number | null
    readonly chain?: unknown
    readonly vantage: string
    readonly clock_offset_ms?: number
    readonly subject?: Truth['subject']
  }[]
  readonly log?: {
    readonly file: string
    readonly line: number | null
    readonly log_clock_offset_ms?: number
    readonly utc_offset_minutes: number
    readonly zone_in_text: boolean
  }
}

const CAUSE: Readonly<Record<string, string>> = {
  fin_unacked: 'fin-wait-1-timeout',
  fin_wait_2_timeout: 'fin-wait-2-timeout',
  retransmission_timeout: 'retransmission-timeout',
  early_close_by_peer: 'early-close',
  peer_reset: 'peer-reset',
  middlebox_reset: 'middlebox-reset',
  local_abort: 'host-abort',
  zero_window_stall: 'zero-window-stall',
  keepalive_timeout: 'keepalive-timeout',
  idle_state_loss: 'idle-state-loss',
  connect_refused: 'connect-refused',
  connect_timeout: 'connect-timeout',
  icmp_unreachable: 'icmp-unreachable',
  path_mtu_black_hole: 'path-mtu-black-hole',
  host_unreachable_arp: 'neighbor-unreachable',
  duplicate_ip: 'duplicate-address',
  network_outage: 'network-outage',
  checksum_corruption: 'corruption',
  normal_close: 'normal-close',
  capture_incomplete: 'undetermined',
  no_wire_cause: 'no-wire-cause',
  peer_idle_close: 'peer-idle-close',
  peer_restarted: 'peer-restarted',
}
const PARTY: Readonly<Record<string, string>> = {
  server: 'host',
  timeout_server_stack: 'host',
  printer: 'peer',
  middlebox: 'middlebox',
  none: 'nobody',
  undetermined: 'undetermined',
}

const translated = (table: Readonly<Record<string, string>>, names: readonly string[]): string[] => [
  ...new Set(names.map((name) => table[name] ?? name)),
]

/** What a truth accepts; the first cause is the exact one. */
export function accepted(truth: Truth): { causes: string[]; parties: string[]; mechanisms: string[] } {
  const causes = translated(CAUSE, [truth.scenario, ...truth.acceptable.scenario])
  if (causes.includes('peer-reset')) causes.push('peer-restarted')
  if (causes.includes('peer-reset') || causes.includes('early-close')) causes.push('peer-idle-close')
  if (truth.benign) causes.unshift('normal-close')
  const parties = translated(PARTY, [truth.expected.aborted_by, ...truth.acceptable.aborted_by])
  const mechanisms = [truth.expected.mechanism, ...truth.acceptable.mechanism]
  if (truth.scenario === 'zero_window_stall' && parties.includes('host')) mechanisms.push('timeout')
  return { causes, parties, mechanisms }
}
