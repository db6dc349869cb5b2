/** What an error means, whatever the system calls it: POSIX names, and two that POSIX has no name for. */
export const CANONICAL_ERRORS = [
  'ECONNABORTED',
  'ECONNRESET',
  'ENETRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'ENOTCONN',
  'ESHUTDOWN',
  'ECANCELED',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'ENOBUFS',
  'EACCES',
  'EMSGSIZE',
  'EOF',
  'APP_TIMEOUT',
] as const
export type CanonicalError = (typeof CANONICAL_ERRORS)[number]

/** What such an error shows, and what it does not: an error code never proves the party; the packets do. */
export interface ErrorMeaning {
  readonly proves: string
  readonly doesNotProve: string
}

export const MEANINGS: Readonly<Record<CanonicalError, ErrorMeaning>> = {
  ECONNABORTED: {
    proves: 'The local TCP stack (or software in it) had given the connection up when the program used it.',
    doesNotProve:
      'Why it was given up, nor that the other end is innocent: exhausted retransmissions, a filter driver, or an earlier reset all end so.',
  },
  ECONNRESET: {
    proves: 'The local stack treated the connection as reset: an RST was processed, or a local failure was reported as one (KB813056).',
    doesNotProve:
      'Who sent the RST: the peer, a device on the path, or another machine with its address. On UDP it means an ICMP port unreachable.',
  },
  ENETRESET: {
    proves: 'Keep-alive found the connection dead while an operation was pending.',
    doesNotProve: 'Whether the peer or the path failed.',
  },
  ETIMEDOUT: {
    proves: 'A time limit of the TCP stack ran out: SYNs, data or keep-alive probes went unanswered.',
    doesNotProve: 'Which side or which direction lost the packets; and many programs use the word for a timer of their own.',
  },
  EPIPE: {
    proves: 'The program wrote to a connection that was already known to be dead or shut for writing.',
    doesNotProve: 'What ended it: look for the earlier event.',
  },
  ECONNREFUSED: {
    proves: 'The SYN was answered by an RST (or an ICMP rejection).',
    doesNotProve:
      'That the peer itself refused: a firewall can answer in its name. A printer that serves one job at a time refuses while it is busy.',
  },
  ENETUNREACH: {
    proves: 'There was no route to the network: locally, or a router said so by ICMP.',
    doesNotProve: 'Which hop is at fault, nor that the peer is down.',
  },
  EHOSTUNREACH: {
    proves: 'The host could not be reached: its address was not resolved on the local network (ARP/ND), or a router said so by ICMP.',
    doesNotProve: 'Whether the machine is off, has another address, or a device on the path rejects the traffic.',
  },
  ENETDOWN: {
    proves: 'The local network interface or stack was down.',
    doesNotProve: 'Whether cable, switch port, driver or administrator did it.',
  },
  EHOSTDOWN: { proves: 'The local stack held the host for dead.', doesNotProve: 'Whether the machine or the path failed.' },
  ENOTCONN: {
    proves: 'The program used a socket that was not connected, or no longer.',
    doesNotProve: 'Anything about the network: it is the order of local calls.',
  },
  ESHUTDOWN: { proves: 'The program used a direction of the socket that it had shut itself.', doesNotProve: 'Anything about the peer.' },
  ECANCELED: { proves: 'The local program or system cancelled the operation.', doesNotProve: 'Anything about the network or the peer.' },
  EADDRINUSE: { proves: 'The local port was taken (often by connections in TIME_WAIT).', doesNotProve: 'Anything about the peer.' },
  EADDRNOTAVAIL: {
    proves: 'No local address or port was to be had (often all ephemeral ports in TIME_WAIT).',
    doesNotProve: 'Anything about the peer.',
  },
  ENOBUFS: { proves: 'The local system had no buffer or port left.', doesNotProve: 'Anything about the peer.' },
  EACCES: {
    proves: 'The connection was forbidden: by local policy or firewall, or by a router with an ICMP "administratively prohibited".',
    doesNotProve: 'That the peer rejected it.',
  },
  EMSGSIZE: { proves: 'A message was larger than the path or the socket takes.', doesNotProve: 'Anything about the peer.' },
  EOF: {
    proves: 'The other direction ended early: a FIN was received (or an RST that the runtime reports the same way).',
    doesNotProve: 'That the peer’s program meant to close, nor that it had received everything.',
  },
  APP_TIMEOUT: {
    proves: 'A timer of the program itself ran out; the TCP connection may have been healthy.',
    doesNotProve: 'That any packet was lost, or that the peer or the network ended anything.',
  },
}
