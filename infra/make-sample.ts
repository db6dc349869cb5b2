import { writeFileSync } from 'node:fs'
import { pcap } from '../test/support/capture-files.ts'

/** Writes test/samples: a printer that closes while the print server still sends. `node infra/make-sample.ts` makes the same bytes again. */

const START = '2026-03-02T09:14:00Z'
const INCIDENT = '2026-03-02T09:14:07.412Z'

const STORY = `
  # an hour before: another job, which is not kept
  -3600.000 host:49001 > peer SYN mss=1460 ws=8 sack ttl=128
  -3599.999 peer > host:49001 SYN ACK mss=1460 ttl=64
  -3599.998 host:49001 > peer ACK ttl=128
  -3599.900 host:49001 > peer PSH ACK data="@PJL JOB NAME=another" ttl=128
  -3599.899 peer > host:49001 ACK ttl=64
  -3599.800 host:49001 > peer FIN ACK ttl=128
  -3599.799 peer > host:49001 FIN ACK ttl=64
  -3599.798 host:49001 > peer ACK ttl=128
  # the job that failed
  0.000 host > peer SYN mss=1460 ws=8 sack ttl=128
  0.001 peer > host SYN ACK mss=1460 ttl=64
  0.0012 host > peer ACK ttl=128
  0.010 host > peer PSH ACK data="@PJL JOB NAME=invoices" ttl=128
  0.011 peer > host ACK ttl=64
  1.000 host > peer ACK len=1460 ttl=128
  1.001 peer > host ACK ttl=64
  2.000 host > peer ACK len=1460 ttl=128
  2.001 peer > host ACK ttl=64
  3.000 host > peer ACK len=1460 ttl=128
  3.001 peer > host ACK ttl=64
  7.400 peer > host PSH ACK data="@PJL USTATUS DEVICE CODE=40021 ONLINE=FALSE" ttl=64
  7.401 peer > host FIN ACK ttl=64
  7.4015 host > peer ACK ttl=128
  7.405 host > peer ACK len=1460 ttl=128
  7.406 peer > host RST ttl=64
  7.410 host > peer ACK len=1460 ttl=128
  7.411 peer > host RST ttl=64
`

const LOG = [
  ...[...Array(20).keys()].map((minute) => `2026-03-02T08:${10 + minute}:00.120Z INFO  spooler: queue "letters" idle`),
  '2026-03-02T09:13:59.870Z INFO  spooler: job 4711 "invoices" started for printer 10.0.0.9:9100',
  '2026-03-02T09:14:00.004Z INFO  port 10.0.0.9:9100: connected',
  '2026-03-02T09:14:07.412Z ERROR port 10.0.0.9:9100: send failed: An existing connection was forcibly closed by the remote host (WSAECONNRESET 10054)',
  '2026-03-02T09:14:07.415Z ERROR spooler: job 4711 "invoices" failed after 4402 bytes',
  '2026-03-02T09:14:37.500Z INFO  spooler: job 4711 will be tried again in 5 minutes',
]

const folder = new URL('../test/samples/', import.meta.url)
const write = (name: string, content: string | Uint8Array): void => writeFileSync(new URL(name, folder), content)
write('early-close.pcap', pcap(STORY, { start: START }))
write('early-close.log', `${LOG.join('\n')}\n`)
write('sample.json', `${JSON.stringify({ incidentAt: INCIDENT, peer: '10.0.0.9:9100' })}\n`)
