import { expect, it } from 'vitest'
import type { Terminal } from '../../src/cli/command.ts'
import { progressOf } from '../../src/cli/progress.ts'

/** Shows half and all of 2 MB, a second apart, and ends. */
function linesOf(isWatched: boolean, columns = 80): string[] {
  const lines: string[] = []
  const terminal: Terminal = { out: async () => undefined, err: (text) => void lines.push(text), isWatched, columns }
  let time = 0
  const progress = progressOf('trace.pcap', 2_000_000, terminal, () => time)
  time = 1000
  progress.show(1_000_000)
  progress.show(1_100_000)
  time = 15_000
  progress.show(1_500_000)
  progress.finish('trace.pcap sent')
  return lines
}

it('redraws one line for a person', () => {
  expect(linesOf(true)).toEqual([
    '\r\u001b[2Ktrace.pcap ████████████░░░░░░░░░░░░ 50 % of 2.0 MB, 1.0 MB/s, 1 s left',
    '\r\u001b[2Ktrace.pcap ██████████████████░░░░░░ 75 % of 2.0 MB, 100 kB/s, 5 s left',
    '\r\u001b[2Ktrace.pcap sent\n',
  ])
})

it.each([
  [55, 'trace.pcap ████░░░░ 50 % of 2.0 MB, 1.0 MB/s, 1 s left'],
  [48, 'trace.pcap 50 % of 2.0 MB, 1.0 MB/s, 1 s left'],
  [30, 'trace.pcap 50 % of 2.0 MB, 1.'],
])('has a shorter bar, or none, before it loses a figure: %i columns', (columns, line) => {
  expect(linesOf(true, columns)[0]).toBe(`\r\u001b[2K${line}`)
})

it('writes plain lines, seldom, where nobody watches', () => {
  expect(linesOf(false)).toEqual(['trace.pcap: 75 % of 2.0 MB, 100 kB/s, 5 s left\n', 'trace.pcap sent\n'])
})
