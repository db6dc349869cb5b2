import { diagnose as ask } from '../../core/diagnosis/diagnose.ts'
import { renderHtml } from '../../core/diagnosis/report-html.ts'
import { renderMarkdown } from '../../core/diagnosis/report-markdown.ts'
import type { Diagnosis } from '../../core/diagnosis/schema.ts'
import { ENGINE_VERSION } from '../../core/version.ts'
import type { Arguments } from '../arguments.ts'
import { readCase } from '../case-files.ts'
import type { Command, ExitCode, Terminal } from '../command.ts'
import { OUTPUT_OPTION, withOutput } from '../output.ts'
import { QUESTION_OPTIONS } from '../question-options.ts'

export const diagnose: Command = {
  synopsis: '[OPTIONS] FILE...',
  about: `Reads captures, logs or a bundle, finds the connection that died and says who ended it, how and why, with the packets that show
it. Without --at it takes the latest error that a capture covers, else the latest connection that ended badly. What is known of one file
goes behind it: trace.pcap,vantage=peer batch.log,timezone=+02:00`,
  options: [
    ...QUESTION_OPTIONS,
    { name: 'json', says: 'the whole diagnosis as JSON' },
    { name: 'markdown', says: 'text for a ticket (the default)' },
    { name: 'html', says: 'one page with pictures' },
    OUTPUT_OPTION,
  ],
  examples: [
    'hangup diagnose trace.pcapng batch.log',
    'hangup diagnose --at 2025-01-15T08:48:21Z --peer 10.0.0.9:9100 --html -o report.html server.pcap printer.pcap,vantage=peer batch.log',
  ],
  run,
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const { files, question } = await readCase(args, terminal)
  const diagnosis = await ask(files, question, ENGINE_VERSION)
  await withOutput(args, terminal, async ({ sink }) => sink(new TextEncoder().encode(rendered(diagnosis, args))))
  return 0
}

function rendered(diagnosis: Diagnosis, args: Arguments): string {
  if (args.has('json')) return `${JSON.stringify(diagnosis, null, 2)}\n`
  return args.has('html') ? renderHtml(diagnosis) : renderMarkdown(diagnosis)
}
