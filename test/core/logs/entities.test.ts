import { describe, expect, it } from 'vitest'
import { canonicalIpv6, entitiesOf } from '../../../src/core/logs/entities.ts'
import { PeerNames } from '../../../src/core/logs/peer-names.ts'

it.each([
  ['connected to 10.0.0.9:9100', '10.0.0.9', 9100],
  ['device 10.0.0.9 port 9100', '10.0.0.9', 9100],
  ['peer=10.0.0.9', '10.0.0.9', undefined],
  ['send to [fd00:6f4e:56e5:1::83a3]:9102 failed', 'fd00:6f4e:56e5:1::83a3', 9102],
  ['from fe80::1%eth0', 'fe80::1', undefined],
  ['from FD00:0:0:0:0:0:0:1 x', 'fd00::1', undefined],
  ['version 1.2.3.4.5', undefined, undefined],
  ['at 08:48:21.390', undefined, undefined],
  ['300.1.1.1', undefined, undefined],
  ['0.0.0.0:9100', undefined, undefined],
])('%s names %s port %s', (text, ip, port) => {
  const [endpoint] = entitiesOf(text).endpoints
  expect([endpoint?.ip, endpoint?.port]).toEqual([ip, port])
})

it.each([
  ['job 49218 aborted', ['49218']],
  ['[Job 23149] Unable', ['23149']],
  ['Auftrag 77: Verbinde', ['77']],
  ['jobs waiting', []],
])('%s is about job %j', (text, jobs) => {
  expect(entitiesOf(text).jobs).toEqual(jobs)
})

it.each([
  ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
  ['2001:0DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::', '::'],
  ['1::2::3', undefined],
  ['12:30:45', undefined],
])('%s is the IPv6 address %s', (text, ip) => {
  expect(canonicalIpv6(text)).toBe(ip)
})

describe('PeerNames', () => {
  const find = (lines: readonly string[], record: string): string | undefined => {
    const names = new PeerNames()
    for (const line of lines) names.learn(line, entitiesOf(line), 0)
    const peer = names.find(record, entitiesOf(record), 0)
    return peer && `${peer.ip}:${peer.port}`
  }
  const STARTED = [
    'INF queue18 started, device 10.0.0.1:631',
    'INF queue19 started, device 10.0.0.2:9100',
    'INF queue20 started, device 10.0.0.3:9100',
  ]

  it.each([
    ['the queue that another record ties to an address', 'ERR queue18 job 5 aborted', '10.0.0.1:631'],
    ['the address in the record itself, with the port known elsewhere', 'ERR queue20 send to 10.0.0.2 failed', '10.0.0.2:9100'],
    ['the far end of an arrow', 'ERR write tcp 10.0.0.5:49822->10.0.0.9:9100: write: connection reset by peer', '10.0.0.9:9100'],
    ['the far end of an arrow in IPv6', 'ERR read tcp [fd00::5]:49822->[fd00::9]:9100: i/o timeout', 'fd00::9:9100'],
    ['the remote of two ends with labels', 'ERR [id: 0x1, L:/10.0.0.5:49822 - R:/10.0.0.9:9100] reset', '10.0.0.9:9100'],
    ['the remote that stands first', 'ERR remote address 10.0.0.9:9100, local address 10.0.0.5:49822: reset', '10.0.0.9:9100'],
    ['a known peer on the near end of an arrow that follows the traffic', 'ERR 10.0.0.1:631->10.0.0.5:49822 reset', '10.0.0.1:631'],
    ['nobody, where only common words are left', 'ERR device aborted', undefined],
    ['nobody, where names disagree', 'ERR queue18 queue19 aborted', undefined],
  ])('a record is about %s', (_what, record, expected) => {
    expect(find(STARTED, record)).toBe(expected)
  })

  it('a job stands for the address it was connected to', () => {
    expect(find([...STARTED, 'INF job 42 connected to 10.0.0.3:9100'], 'ERR job 42 aborted')).toBe('10.0.0.3:9100')
  })

  it('the words of an earlier error name nobody', () => {
    expect(
      find([...STARTED, 'INF queue18 ok 10.0.0.1:631', 'ERR aborted: send to 10.0.0.2:9100 failed'], 'ERR queue18 aborted: failed'),
    ).toBe('10.0.0.1:631')
  })
})
