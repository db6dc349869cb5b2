import type { Cause, LookAt, Mechanism, Party } from '../diagnosis/schema.ts'
import { endingReset, openStall } from './ending.ts'
import type { Facts } from './facts.ts'

/** What a cause says about the party, the means and the place to look, given how this connection ended. */
export interface Act {
  readonly abortedBy: Party
  readonly mechanism: Mechanism
  readonly lookAt: LookAt
}

const TIMEOUT: Omit<Act, 'lookAt'> = { abortedBy: 'host', mechanism: 'timeout' }

/** Who had stopped reading. */
const readerOf = (facts: Facts): LookAt => (!openStall(facts) && openStall(facts, 'host') ? 'host' : 'peer')

/** Who ended a connection that stood still: an RST or FIN says so; without one the owner of the timer, the host. */
const enderOf = (facts: Facts): Pick<Act, 'abortedBy' | 'mechanism'> => {
  const reset = endingReset(facts)
  if (reset?.from === 'peer') return { abortedBy: 'peer', mechanism: 'rst' }
  if (!reset && facts.fins.peer && !facts.fins.host) return { abortedBy: 'peer', mechanism: 'fin' }
  return readerOf(facts) === 'host' && !reset ? { abortedBy: 'peer', mechanism: 'timeout' } : TIMEOUT
}

/** Whose retransmissions ran out. */
const ownerOfLadder = (facts: Facts): Pick<Act, 'abortedBy' | 'mechanism'> =>
  !facts.ladders.host && facts.ladders.peer ? { abortedBy: 'peer', mechanism: 'timeout' } : TIMEOUT

/** Whose probes went unanswered. */
const ownerOfProbes = ({ keepAlives }: Facts): Pick<Act, 'abortedBy' | 'mechanism'> =>
  !keepAlives.host?.reset && keepAlives.peer?.reset ? { abortedBy: 'peer', mechanism: 'timeout' } : TIMEOUT

const byPeer = (facts: Facts): Pick<Act, 'abortedBy' | 'mechanism'> => ({ abortedBy: 'peer', mechanism: facts.fins.peer ? 'fin' : 'rst' })

const pathOrPeer = (facts: Facts): LookAt => {
  const { pair } = facts
  if (!pair || pair.farIsLossy || !pair.farCoversEnd) return 'path'
  return pair.toPeer.lost.length === 0 && pair.toHost.lost.length === 0 && pair.far.vantage === 'peer' ? 'peer' : 'path'
}

const idleLoss = (facts: Facts): Pick<Act, 'abortedBy' | 'mechanism'> =>
  endingReset(facts)?.from === 'peer' ? { abortedBy: 'middlebox', mechanism: 'rst' } : TIMEOUT

/** The vocabulary's table, cause by cause. */
export const ACTS: Readonly<Record<Cause, (facts: Facts) => Act>> = {
  'fin-wait-1-timeout': (facts) => ({ ...TIMEOUT, lookAt: pathOrPeer(facts) }),
  'fin-wait-2-timeout': () => ({ ...TIMEOUT, lookAt: 'peer' }),
  'retransmission-timeout': (facts) => ({ ...ownerOfLadder(facts), lookAt: pathOrPeer(facts) }),
  'keepalive-timeout': (facts) => ({ ...ownerOfProbes(facts), lookAt: pathOrPeer(facts) }),
  'early-close': (facts) => ({ ...byPeer(facts), lookAt: 'peer' }),
  'peer-idle-close': (facts) => ({ ...byPeer(facts), lookAt: 'peer' }),
  'peer-reset': () => ({ abortedBy: 'peer', mechanism: 'rst', lookAt: 'peer' }),
  'peer-restarted': () => ({ abortedBy: 'peer', mechanism: 'rst', lookAt: 'peer' }),
  'middlebox-reset': () => ({ abortedBy: 'middlebox', mechanism: 'rst', lookAt: 'path' }),
  'host-abort': () => ({ abortedBy: 'host', mechanism: 'rst', lookAt: 'host' }),
  'zero-window-stall': (facts) => ({ ...enderOf(facts), lookAt: readerOf(facts) }),
  'idle-state-loss': (facts) => ({ ...idleLoss(facts), lookAt: 'path' }),
  'path-mtu-black-hole': () => ({ ...TIMEOUT, lookAt: 'path' }),
  corruption: () => ({ ...TIMEOUT, lookAt: 'path' }),
  'neighbor-unreachable': () => ({ ...TIMEOUT, lookAt: 'peer' }),
  'duplicate-address': () => ({ abortedBy: 'middlebox', mechanism: 'rst', lookAt: 'path' }),
  'network-outage': () => ({ ...TIMEOUT, lookAt: 'path' }),
  'icmp-unreachable': (facts) => {
    const byItself = facts.unreachable[0]?.from === facts.peer.ip
    return { abortedBy: byItself ? 'peer' : 'middlebox', mechanism: 'icmp', lookAt: byItself ? 'peer' : 'path' }
  },
  'connect-refused': (facts) => ({ abortedBy: refusedByOther(facts) ? 'middlebox' : 'peer', mechanism: 'rst', lookAt: 'peer' }),
  'connect-timeout': (facts) => ({ ...TIMEOUT, lookAt: pathOrPeer(facts) }),
  'no-wire-cause': () => ({ abortedBy: 'undetermined', mechanism: 'none', lookAt: 'host' }),
  'normal-close': () => ({ abortedBy: 'nobody', mechanism: 'none', lookAt: 'nowhere' }),
  undetermined: () => ({ abortedBy: 'undetermined', mechanism: 'none', lookAt: 'unknown' }),
}

/** The RST to the SYN has another TTL than the peer's packets elsewhere, and not from another initial value over the same way. */
const refusedByOther = (facts: Facts): boolean => {
  const reset = endingReset(facts)?.segment
  const usual = facts.peerTtlElsewhere[0]
  return reset !== undefined && usual !== undefined && usual > 0 && reset.ttl !== usual && !facts.peerTtlElsewhere.includes(reset.ttl)
}
