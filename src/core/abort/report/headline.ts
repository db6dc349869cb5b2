import type { Cause, Party } from '../../diagnosis/schema.ts'
import { endingReset, openStall } from '../ending.ts'
import { type Facts, seconds } from '../facts.ts'

/** The act and the place to look, in one sentence a customer understands. */
export const HEADLINES: Readonly<Record<Cause, (facts: Facts) => string>> = {
  'fin-wait-1-timeout': ({ host, peer }) =>
    `${host.ip} gave up closing the connection: ${peer.ip} never acknowledged its FIN. Look at the path to ${peer.ip}, and at that device.`,
  'fin-wait-2-timeout': ({ host, peer }) =>
    `${host.ip} dropped a half-closed connection: ${peer.ip} acknowledged the close and never closed its own side. Look at ${peer.ip}.`,
  'retransmission-timeout': ({ host, peer }) =>
    `${host.ip} gave up: what it sent to ${peer.ip} was repeated and never acknowledged. Look at the path, and at ${peer.ip}.`,
  'keepalive-timeout': ({ host, peer }) =>
    `${host.ip} gave up an idle connection: its keep-alive probes to ${peer.ip} went unanswered. Look at the path, and at ${peer.ip}.`,
  'early-close': ({ host, peer }) => `${peer.ip} closed the connection while ${host.ip} was still sending. Look at ${peer.ip}.`,
  'peer-idle-close': ({ host, peer }) =>
    `${peer.ip} closed the connection after a pause; what ${host.ip} sent later came too late. Look at the idle time-out of ${peer.ip}.`,
  'peer-reset': ({ peer }) => `${peer.ip} itself reset the connection. Look at ${peer.ip}.`,
  'peer-restarted': ({ peer }) =>
    `${peer.ip} no longer knew the connection, as after a restart, and answered with RST. Look at ${peer.ip}.`,
  'middlebox-reset': ({ peer }) =>
    `A device on the path reset the connection in the name of ${peer.ip}. Look at firewalls and other devices in between.`,
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

const stallHeadline = (facts: Facts): string => {
  const { host, peer } = facts
  const reset = endingReset(facts)
  const stall = openStall(facts)
  const ended = reset?.from === 'peer' ? `${peer.ip} then reset the connection` : `${host.ip} gave up`
  const after = stall && reset ? ` after ${seconds(reset.segment.at - stall.closedBy.at)}` : ''
  return `${peer.ip} stopped reading, and ${ended}${after}. Look at ${peer.ip}: paper, pause, full buffer.`
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
