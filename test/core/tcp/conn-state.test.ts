import { describe, expect, it } from 'vitest'
import { trackOne, trackText } from './track-text.ts'

const HANDSHAKE = `
  0.000 host > peer SYN mss=1460 ws=8 sack
  0.001 peer > host SYN ACK mss=1460 ws=7 sack
  0.002 host > peer ACK
`
const JOB = `${HANDSHAKE}
  0.003 host > peer PSH ACK len=100
  0.004 peer > host ACK
`

describe('Zeek conn_state and history', () => {
  it.each<[string, string, string, string]>([
    ['a SYN without an answer', '0.0 host > peer SYN', 'S0', 'S'],
    ['a SYN answered by a reset', '0.0 host > peer SYN\n0.1 peer > host RST ACK', 'REJ', 'Sr'],
    ['a handshake and nothing more', HANDSHAKE, 'S1', 'ShA'],
    [
      'a job that both sides close',
      `${JOB}\n1.0 host > peer FIN ACK\n1.1 peer > host ACK\n1.2 peer > host FIN ACK\n1.3 host > peer ACK`,
      'SF',
      'ShADaFf',
    ],
    ['a job that only the originator closes', `${JOB}\n1.0 host > peer FIN ACK\n1.1 peer > host ACK`, 'S2', 'ShADaF'],
    ['a job that only the responder closes', `${JOB}\n1.0 peer > host FIN ACK\n1.1 host > peer ACK`, 'S3', 'ShADaf'],
    ['a reset by the originator', `${JOB}\n1.0 host > peer RST ACK`, 'RSTO', 'ShADaR'],
    ['a reset by the responder', `${JOB}\n1.0 peer > host RST`, 'RSTR', 'ShADar'],
    [
      'a reset after both FINs, which ends nothing',
      `${JOB}\n1.0 host > peer FIN ACK\n1.1 peer > host FIN ACK\n1.2 host > peer RST`,
      'SF',
      'ShADaFfR',
    ],
    ['a SYN and then a reset of its sender', '0.0 host > peer SYN\n0.5 host > peer RST', 'RSTOS0', 'SR'],
    ['a SYN and then its FIN', '0.0 host > peer SYN\n0.5 host > peer FIN ACK', 'SH', 'SF'],
    ['traffic joined in the middle', '0.0 host > peer PSH ACK len=10 seq=1\n0.1 peer > host ACK', 'OTH', 'Da'],
    [
      'a retransmission',
      `${JOB}\n0.5 host > peer PSH ACK len=100\n0.9 host > peer PSH ACK len=100 seq=101\n1.0 peer > host ACK`,
      'S1',
      'ShADaT',
    ],
    ['a closed window', `${JOB}\n0.5 peer > host ACK win=0`, 'S1', 'ShADaw'],
    ['FIN and RST in one segment', `${JOB}\n0.5 peer > host FIN RST ACK`, 'RSTR', 'ShADai'],
  ])('%s', (_name, text, connState, history) => {
    const connection = trackOne(text)
    expect([connection.connState, connection.history]).toEqual([connState, history])
  })

  it('a SYN-ACK alone makes its receiver the originator', () => {
    const connection = trackOne('0.0 peer > host SYN ACK\n0.1 host > peer RST')
    expect([connection.originator.port, connection.originatorBy, connection.history]).toEqual([49822, 'syn', '^hR'])
  })

  it('without a SYN the side that does not own the service port is the originator', () => {
    const connection = trackOne('0.0 peer > host PSH ACK len=5 seq=1')
    expect([connection.originator.ip, connection.originatorBy, connection.history]).toEqual(['10.0.0.5', 'service-port', '^d'])
  })

  it('without a SYN and a service port the first sender is', () => {
    const connection = trackOne('0.0 peer:40001 > host:40000 ACK seq=1')
    expect([connection.originator.ip, connection.originatorBy]).toEqual(['10.0.0.9', 'first-packet'])
  })

  it('simultaneous open is one connection', () => {
    const connection = trackOne(`
      0.000 host > peer SYN
      0.001 peer > host SYN
      0.002 host > peer SYN ACK seq=0
      0.003 peer > host SYN ACK seq=0
      0.004 host > peer ACK`)
    expect([connection.connState, connection.originator.syns, connection.responder.syns]).toEqual(['S1', 2, 2])
  })

  it('a SYN with another sequence number is a new connection of the same ports, the same SYN again is not', () => {
    const again = trackText(`${JOB}\n1.0 host > peer RST\n2.0 host > peer SYN seq=70000\n2.1 peer > host SYN ACK seq=90000`)
    expect(again.map((one) => [one.streamIndex, one.connState])).toEqual([
      [0, 'RSTO'],
      [1, 'S1'],
    ])
    const retried = trackText('0.0 host > peer SYN\n0.1 peer > host RST ACK\n0.6 host > peer SYN seq=0\n0.7 peer > host RST ACK')
    expect(retried.map((one) => one.originator.syns)).toEqual([2])
  })

  it('idle time never splits a connection', () => {
    expect(trackText(`${JOB}\n90000.0 host > peer PSH ACK len=1`)).toHaveLength(1)
  })

  it('UDP is a flow of a 4-tuple', () => {
    const flows = trackText('0.0 host:5000 > peer:161 UDP len=40\n0.1 peer:161 > host:5000 UDP len=50\n9.0 host:5001 > peer:161 UDP len=1')
    expect(flows.map((flow) => [flow.protocol, flow.streamIndex, flow.connState, flow.history])).toEqual([
      ['udp', 0, 'SF', 'Dd'],
      ['udp', 1, 'S0', 'D'],
    ])
  })
})
