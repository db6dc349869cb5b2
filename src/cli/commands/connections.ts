import type { ConnectionRow } from '../../core/tcp/connection-row.ts'
import { listConnections } from '../../core/tcp/list-connections.ts'
import type { Arguments } from '../arguments.ts'
import { openEvidence } from '../case-files.ts'
import { type Command, type ExitCode, type Terminal, UsageError } from '../command.ts'
import { readFileArguments } from '../file-argument.ts'

export const connections: Command = {
  synopsis: '[--json] FILE...',
  about: `One row a connection, in the order of their first packets, with the states that Zeek's conn.log has. Several files are listed one
after the other; streams are numbered as Wireshark numbers them in each file.`,
  options: [{ name: 'json', says: 'an array of all facts instead of a table' }],
  examples: ['hangup connections trace.pcapng', 'hangup connections --json trace.pcapng | jq ".[] | select(.resetBy)"'],
  run,
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const files = await openEvidence(readFileArguments(args.files), terminal)
  const captures = files.filter(({ kind }) => kind === 'capture')
  const others = files.filter(({ kind }) => kind !== 'capture').map(({ name }) => `${name} is no capture: connections are in captures`)
  if (captures.length === 0) throw new UsageError(others[0] ?? 'there is no capture')
  for (const says of others) terminal.err(`hangup: ${says}\n`)
  const printer = args.has('json') ? jsonPrinter(terminal) : tablePrinter(terminal)
  await printer.begin()
  for (const { source } of captures) {
    for await (const row of listConnections(source)) await printer.row(row)
  }
  await printer.end()
  return 0
}

/** Prints rows as they come: a capture may hold a million. */
interface RowPrinter {
  readonly begin: () => Promise<void>
  readonly row: (row: ConnectionRow) => Promise<void>
  readonly end: () => Promise<void>
}

function jsonPrinter(terminal: Terminal): RowPrinter {
  let count = 0
  return {
    begin: () => terminal.out('['),
    row: (row) => terminal.out(`${count++ === 0 ? '\n' : ',\n'}${JSON.stringify(row)}`),
    end: () => terminal.out('\n]\n'),
  }
}

function tablePrinter(terminal: Terminal): RowPrinter {
  return {
    begin: () =>
      terminal.out(
        tableLine('time', 'originator', 'responder', 'state', 'history', 'seconds', 'bytes out', 'bytes in', 'again', 'reset by'),
      ),
    row: (row) =>
      terminal.out(
        tableLine(
          row.ts,
          endText(row.originator),
          `${endText(row.responder)}${row.protocol === 'udp' ? ' udp' : ''}`,
          row.connState,
          row.history,
          row.durationSeconds.toFixed(3),
          String(row.originatorBytes),
          String(row.responderBytes),
          String(row.retransmissions.originator + row.retransmissions.responder),
          row.resetBy ?? '',
        ),
      ),
    end: async () => undefined,
  }
}

/** Widths of the columns, characters; numbers are right-aligned (negative). */
const WIDTHS = [27, 24, 24, 6, 12, -10, -12, -12, -5, 10]

function tableLine(...cells: readonly string[]): string {
  const padded = cells.map((cell, i) => ((WIDTHS[i] ?? 0) < 0 ? cell.padStart(-(WIDTHS[i] ?? 0)) : cell.padEnd(WIDTHS[i] ?? 0)))
  return `${padded.join(' ').trimEnd()}\n`
}

const endText = ({ ip, port }: ConnectionRow['originator']): string => (ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`)
