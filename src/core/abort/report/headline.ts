import type { Cause, Party } from '../../diagnosis/schema.ts'
import { ACTS } from '../act.ts'
import { endingReset, openStall } from '../ending.ts'
import { type Facts, seconds } from '../facts.ts'

/** The act and the place to look, in one sentence a customer understands. */
export const HEADLINES: Readonly<Record<Cause, (facts: Facts) => string>> = {
  'fin-wait-1-timeout': ({ host, peer }) =>
    `${host.ip} gave up closing the connection: ${peer.ip} never acknowledged its FIN. Look at the path to ${peer.ip}, and at that device.`,
  'fin-wait-2-timeout': (facts) => halfClosedHeadline(facts),
  'retransmission-timeout': (facts) => {
    const [owner, other] = ownerFirst(facts, 'retransmission-timeout')
    return `${owner} gave up: what it sent to ${other} was repeated and never acknowledged. Look at the path, and at ${other}.`
  },
  'keepalive-timeout': (facts) => {
    const [owner, other] = ownerFirst(facts, 'keepalive-timeout')
    return `${owner} gave up an idle connection: its keep-alive probes to ${other} went unanswered. Look at the path, and at ${other}.`
  },
  'early-close': ({ host, peer }) => `${peer.ip} closed the connection while ${host.ip} was still sending. Look at ${peer.ip}.`,
  'peer-idle-close': ({ host, peer }) =>
    `${peer.ip} closed the connection after a pause; what ${host.ip} sent later came too late. Look at the idle time-out of ${peer.ip}.`,
  'peer-reset': ({ peer }) => `${peer.ip} itself reset the connection. Look at ${peer.ip}.`,
  'peer-restarted': ({ peer }) =>
    `${peer.ip} no longer knew the connection, as after a restart, and answered with RST. Look at ${peer.ip}.`,
  'middlebox-reset': (facts) =>
    `A device on the path reset the connection in the name of ${facts[endingReset(facts)?.from ?? 'peer'].ip}. Look at firewalls and other devices in between.`,
  'host-abort': ({ host }) =>
    `${host.ip} itself reset the connection, with no network trouble before it. Look at the software on ${host.ip}.`,
  'zero-window-stall': (facts) => stallHeadline(facts),
  'idle-state-loss': ({ host, peer }) =>
    `A device on the path forgot the idle connection between ${host.ip} and ${peer.ip}. Look at the idle time-outs of firewalls and NAT in between.`,
  'path-mtu-black-hole': ({ host, peer }) =>
    `Full-size packets from ${host.ip} never reach ${peer.ip}, small ones do. Look at the packet size limits (MTU) on the path.`,
  corruption: ({ host, peer }) =>
    `Packets between ${host.ip} and ${peer.ip} arrive damaged. Look at network card, cable, switch port and driver.`,
  'neighbor-unreachable': ({ peer }) =>
    `Nobody answered for the address of ${peer.ip} on the local network. Look at that device's link and address.`,
  'duplicate-address': ({ peer }) =>
    `Two machines use the address ${peer.ip}; the wrong one reset the connection. Look for the second machine.`,
  'network-outage': ({ host, outage }) =>
    `Connections of ${host.ip} to ${new Set(outage?.dead.map((dead) => dead.ip)).size} devices died at the same moment. Look at the network they share.`,
  'icmp-unreachable': ({ peer, unreachable }) =>
    `${unreachable[0]?.from ?? 'A router'} reported that ${peer.ip} cannot be reached. Look at that device, its routes and rules.`,
  'connect-refused': ({ peer }) => `${peer.ip} refused the connection to port ${peer.port}. Look at the service on ${peer.ip}.`,
  'connect-timeout': ({ host, peer }) =>
    `${host.ip} got no answer when connecting to ${peer.ip}. Look at ${peer.ip} and at the path to it.`,
  'no-wire-cause': ({ host }) => `The network shows no abort at the time of the error. Look at the software on ${host.ip}.`,
  'normal-close': ({ host, peer }) => `Nothing was aborted: ${host.ip} and ${peer.ip} closed the connection properly.`,
  undetermined: () => 'Who ended the connection cannot be said from what was sent.',
}

/** Who gave up, and whom it had waited for. */
const ownerFirst = (facts: Facts, cause: Cause): readonly [string, string] =>
  ACTS[cause](facts).abortedBy === 'peer' ? [facts.peer.ip, facts.host.ip] : [facts.host.ip, facts.peer.ip]

const halfClosedHeadline = ({ host, peer, fins }: Facts): string => {
  const [acked, own] = [fins.host?.ackedBy, fins.peer?.first]
  const close =
    acked && own && own.at > acked.at ? `closed its own side only ${seconds(own.at - acked.at)} later` : 'never closed its own side'
  return `${host.ip} dropped a half-closed connection: ${peer.ip} acknowledged the close and ${close}. Look at ${peer.ip}.`
}

const stallHeadline = (facts: Facts): string => {
  const reset = endingReset(facts)
  const stall = openStall(facts) ?? openStall(facts, 'host')
  const reader = stall?.reader === 'host' ? facts.host.ip : facts.peer.ip
  const [ender] = ownerFirst(facts, 'zero-window-stall')
  const ended = reset && ender === reader ? 'then reset the connection' : `${ender} gave up`
  const after = stall && reset ? ` after ${seconds(reset.segment.at - stall.closedBy.at)}` : ''
  const look = stall?.reader === 'host' ? 'its program did not take what came' : 'paper, pause, full buffer'
  return `${reader} stopped reading, and ${ended}${after}. Look at ${reader}: ${look}.`
}

/** When the party is certain while the cause is open. */
export const partyHeadline = (party: Party, facts: Facts): string => {
  const who: Readonly<Record<Party, string>> = {
    host: facts.host.ip,
    peer: facts.peer.ip,
    middlebox: 'a device on the path',
    nobody: 'nobody',
    undetermined: 'somebody',
  }
  return `The connection was ended by ${who[party]}; why cannot be said from what was sent.`
}

/** What the cause means, in a sentence or two for a reader who does not know TCP. */
export const MEANS: Readonly<Record<Cause, string>> = {
  'fin-wait-1-timeout':
    'A FIN is repeated like data; when no acknowledgement comes the stack drops the connection (FIN-WAIT-1) without a further packet, and the program gets its error then.',
  'fin-wait-2-timeout':
    'The connection was half-closed (FIN-WAIT-2): the host had finished, the other side had confirmed that and kept its own side open. A timer of the host ends such a wait, usually without a packet.',
  'retransmission-timeout':
    'TCP repeats what is not acknowledged a limited number of times and then drops the connection; the program gets its error at that moment.',
  'keepalive-timeout': 'Keep-alive asks an idle partner for a sign of life; after enough unanswered probes the stack drops the connection.',
  'early-close': 'What the other side had still to say is lost to the program, because the reset throws away what lies unread.',
  'peer-idle-close': 'The other side ended a quiet connection by a timer of its own.',
  'peer-reset': 'A reset ends a connection at once and throws away what is unread.',
  'peer-restarted': 'A stack that knows nothing of a connection answers its packets with a reset: so does a device that restarted.',
  'middlebox-reset':
    'Firewalls and similar devices can end a connection by resets in the name of the other side; the address on a reset does not prove its sender.',
  'host-abort': 'Its own software closed the socket with data unread, or aborted it, or something on that machine did so in its place.',
  'zero-window-stall': 'A closed window means: my buffer is full, wait. The other side was alive and did not take more data.',
  'idle-state-loss':
    'Firewalls, NAT and load balancers forget connections that are quiet for longer than their timer, and then drop or reset what comes.',
  'path-mtu-black-hole':
    'Somewhere on the path the largest packet allowed is smaller than the sender believes, and the message that would tell it so does not come back.',
  corruption: 'A receiver silently drops a segment whose checksum is wrong, so that the sender repeats it until it gives up.',
  'neighbor-unreachable': 'Without the link address of the other side (or of the gateway) no packet can be sent to it.',
  'duplicate-address': 'Packets went to the wrong one of two machines, which knew nothing of the connection.',
  'network-outage': 'Devices that have nothing in common but the network do not fail at the same moment.',
  'icmp-unreachable': 'Such a message is the network itself saying that it cannot or may not deliver.',
  'connect-refused': 'Nothing listened on that port, or something refused in its place.',
  'connect-timeout': 'The first packet of a connection is repeated a few times; without any answer the attempt fails.',
  'no-wire-cause':
    'What ended the connection for the program did not happen on the network: look for filters, services and time-outs on the host itself.',
  'normal-close': '',
  undetermined: '',
}
