import { diagnose as ask } from '../../core/diagnosis/diagnose.ts'
import { ENGINE_VERSION } from '../../core/version.ts'
import type { Arguments } from '../arguments.ts'
import { readCase } from '../case-files.ts'
import type { Command, ExitCode, Terminal } from '../command.ts'
import { withOutput } from '../output.ts'
import { QUESTION_OPTIONS } from '../question-options.ts'
import { QUICK_OPTION } from '../quick-option.ts'
import { REPORT_OPTIONS, renderedDiagnosis } from '../report-options.ts'

export const diagnose: Command = {
  synopsis: '[OPTIONS] FILE...',
  about: `Reads captures, logs or a bundle, finds the connection that died and says who ended it, how and why, with the packets that show
it. Without --at it takes the latest error that a capture covers, else the latest connection that ended badly, and looks at the whole files. What is known of one file
goes behind it: trace.pcap,vantage=peer batch.log,timezone=+02:00`,
  options: [...QUESTION_OPTIONS, QUICK_OPTION, ...REPORT_OPTIONS],
  examples: [
    'hangup diagnose trace.pcapng batch.log',
    'hangup diagnose --at 2025-01-15T08:48:21Z --peer 10.0.0.9:9100 --html -o report.html server.pcap printer.pcap,vantage=peer batch.log',
  ],
  run,
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const { files, question } = await readCase(args, terminal)
  const diagnosis = await ask(files, question, ENGINE_VERSION)
  await withOutput(args, terminal, async ({ sink }) => sink(renderedDiagnosis(diagnosis, args)))
  return 0
}
