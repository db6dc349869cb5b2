import type { Command, CommandEntry, Option } from './command.ts'

const HELP: Option = { name: 'help', letter: 'h', says: 'show this' }

/** Characters in a line that reads well, however wide the terminal is. */
const WIDEST = 100

/** The help of one command: what it is, how to write it, an example that works. `width` is the terminal's, in characters. */
export function commandHelp({ name, summary }: CommandEntry, command: Command, width: number): string {
  const rows = [...command.options, HELP].map((option): [string, string] => [flags(option), option.says])
  return [
    `hangup ${name}: ${summary}`,
    '',
    `  hangup ${name} ${command.synopsis}`,
    '',
    ...command.about.split('\n\n').flatMap((paragraph, i) => [...(i > 0 ? [''] : []), ...wrapped(paragraph, width)]),
    '',
    'Options',
    columns(rows, width),
    '',
    command.examples.length > 1 ? 'Examples' : 'Example',
    ...command.examples.map((example) => `  ${example}`),
    '',
  ].join('\n')
}

/** What a person sees who types `hangup` alone. */
export function overview(commands: readonly CommandEntry[], width: number): string {
  return [
    'hangup says who hung up a TCP connection, and proves it.',
    '',
    'Start with a capture and the log that names the error:',
    '',
    '  hangup diagnose trace.pcapng batch.log',
    '',
    'Commands',
    columns(
      commands.map(({ name, summary }): [string, string] => [name, summary]),
      width,
    ),
    '',
    ...wrapped('`hangup COMMAND --help` explains one, with an example. Nothing leaves this machine but by `send`.', width),
    '',
  ].join('\n')
}

function flags(option: Option): string {
  const long = `--${option.name}${option.value === undefined ? '' : ` ${option.value}`}`
  return option.letter ? `-${option.letter}, ${long}` : long
}

function columns(rows: readonly [string, string][], width: number): string {
  const left = Math.max(...rows.map(([term]) => term.length)) + 4
  return rows
    .flatMap(([term, says]) => wrapped(says, width - left).map((line, i) => `  ${i === 0 ? term : ''}`.padEnd(left) + line))
    .join('\n')
}

/** A paragraph in lines of at most `width` characters; a longer word has a line of its own. */
function wrapped(paragraph: string, width: number): string[] {
  const lines: string[] = []
  for (const word of paragraph.split(/\s+/)) {
    const last = lines.at(-1)
    if (last === undefined || last.length + word.length >= Math.min(width, WIDEST)) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines
}
