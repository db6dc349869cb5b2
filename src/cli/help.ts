import type { Command, CommandEntry, Option } from './command.ts'

const HELP: Option = { name: 'help', letter: 'h', says: 'show this' }

/** The help of one command: what it is, how to write it, an example that works. */
export function commandHelp({ name, summary }: CommandEntry, command: Command): string {
  const rows = [...command.options, HELP].map((option): [string, string] => [flags(option), option.says])
  return [
    `hangup ${name}: ${summary}`,
    '',
    `  hangup ${name} ${command.synopsis}`,
    '',
    command.about,
    '',
    'Options',
    columns(rows),
    '',
    command.examples.length > 1 ? 'Examples' : 'Example',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

/** What a person sees who types `hangup` alone. */
export function overview(commands: readonly CommandEntry[]): string {
  return [
    'hangup says who hung up a TCP connection, and proves it.',
    '',
    'Start with a capture and the log that names the error:',
    '',
    '  hangup diagnose trace.pcapng batch.log',
    '',
    'Commands',
    columns(commands.map(({ name, summary }): [string, string] => [name, summary])),
    '',
    '`hangup COMMAND --help` explains one, with an example. Nothing leaves this machine but by `send`.',
    '',
  ].join('\n')
}

function flags(option: Option): string {
  const long = `--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`
  return option.letter ? `-${option.letter}, ${long}` : long
}

function columns(rows: readonly [string, string][]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join('\n')
}
