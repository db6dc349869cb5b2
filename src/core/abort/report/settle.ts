import type { Diagnosis } from '../../diagnosis/schema.ts'

type Settle = Diagnosis['settle'][number]

export interface SettleFor {
  readonly host: string | undefined
  readonly peer: { readonly ip: string; readonly port: number | null | undefined } | undefined
  /** Places already captured. */
  readonly have: ReadonlySet<'host' | 'peer' | 'middle' | 'unknown'>
  readonly cause: string
  /** The host's, where it is known. */
  readonly system: 'windows' | 'linux' | undefined
  readonly at: string | undefined
}

/** The captures and logs that would decide it, filled in. */
export function settleFor({ host, peer, have, cause, system, at }: SettleFor): Settle[] {
  const port = peer?.port ? ` and tcp port ${peer.port}` : ''
  const filter = peer ? `host ${peer.ip}${port} or arp or icmp or icmp6` : 'tcp or arp or icmp or icmp6'
  const ring = `dumpcap -i INTERFACE -b duration:300 -b files:48 -s 0 -f "${filter}" -w hangup.pcapng`
  const out: Settle[] = []
  if (!have.has('peer')) {
    out.push({
      why: "What arrives at the device, and whether it answers: capture on a third computer at a mirror of the device's switch port.",
      command: ring,
    })
  }
  if (!have.has('host') && system !== 'windows') {
    out.push({
      why: 'What the host itself sent and received (Linux).',
      command: `tcpdump -i any -s 0 -G 300 -W 48 -w hangup-%s.pcap "${filter}"`,
    })
  }
  if (!have.has('host') && system !== 'linux') {
    out.push({
      why: 'What the host itself sent and received (Windows).',
      command: `pktmon filter remove; ${peer ? `pktmon filter add -i ${peer.ip}; ` : ''}pktmon start --capture --pkt-size 0 --file-name hangup.etl`,
    })
    out.push({
      why: "The same on older Windows, with the stack's own events.",
      command: 'netsh trace start scenario=NetConnection capture=yes tracefile=hangup.etl maxsize=512',
    })
  }
  if (cause === 'host-abort' || cause === 'no-wire-cause' || cause === 'undetermined') {
    if (system !== 'windows')
      out.push({ why: "The kernel's own reason for a reset (Linux 6.10 and later).", command: 'perf trace -e tcp:tcp_send_reset' })
    out.push({
      why: 'The Status Client hides the WSA code: the Batch Print log has it.',
      command: 'Send the Batch Print log and the Windows Event Viewer export of that time',
    })
  }
  if (cause === 'middlebox-reset' || cause === 'idle-state-loss' || cause === 'retransmission-timeout' || cause === 'undetermined') {
    const tuple = peer ? `${host ?? 'HOST'} to ${peer.ip}${peer.port ? `:${peer.port}` : ''}` : 'the connection'
    out.push({
      why: 'Firewalls and NAT on the path log why they end a session.',
      command: `Ask for the firewall's session log for ${tuple}${at ? ` at ${at}` : ''}`,
    })
  }
  out.push({
    why: 'Clocks that agree make a log line and a packet comparable.',
    command: [system !== 'linux' ? 'w32tm /query /status (Windows)' : '', system !== 'windows' ? 'chronyc tracking (Linux)' : '']
      .filter(Boolean)
      .join(', '),
  })
  return out
}
