import { writeLocalBundle } from '../../client/local-case.ts'
import type { Arguments } from '../arguments.ts'
import { namedSources, timedSources } from '../case-files.ts'
import { type Command, type ExitCode, type Terminal, UsageError } from '../command.ts'
import { readFileArguments } from '../file-argument.ts'
import { keptFile } from '../kept-file.ts'
import { OUTPUT_OPTION, withOutput } from '../output.ts'
import { PRIVACY_OPTIONS, readPrivacy } from '../privacy-options.ts'
import { writeMap } from '../pseudonym-file.ts'
import { QUESTION_OPTIONS, readQuestion } from '../question-options.ts'
import { QUICK_OPTION, readQuick } from '../quick-option.ts'

export const bundle: Command = {
  synopsis: '[OPTIONS] -o FILE.zip FILE...',
  about: `Cuts the files to the window (without --at they stay whole), diagnoses them and packs all into one ZIP: the cut captures with a comment on each decisive packet,
the cut logs, the report, the receipts and a manifest that verify checks. It is the bundle the service would make, but unsigned.

With --pseudonymise it holds no real address: --map says where the file goes that turns them back (hangup reveal). Keep that to yourself.`,
  options: [...QUESTION_OPTIONS, QUICK_OPTION, ...PRIVACY_OPTIONS, OUTPUT_OPTION],
  examples: [
    'hangup bundle --at 2025-01-15T08:48:21Z -o case-4711.zip trace.pcapng batch.log',
    'hangup bundle --pseudonymise --map map-4711.json -o case-4711.zip trace.pcapng batch.log',
  ],
  run,
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  if (args.text('output') === undefined) throw new UsageError('where to? Give -o FILE.zip')
  const privacy = readPrivacy(args)
  const mapPath = args.text('map')
  if (privacy?.renames && mapPath === undefined) throw new UsageError('where may the map go? Give --map MAP.json')
  const named = await namedSources(readFileArguments(args.files))
  const question = readQuestion(args, terminal)
  const quick = readQuick(args, terminal)
  if (quick && question.window === undefined) throw new UsageError('--quick looks for one moment only: give --at T')
  const files = quick || question.window === undefined ? named : await timedSources(named, question, terminal)
  const here = { openSpool: keptFile, quick }
  const { verdict } = await withOutput(args, terminal, ({ sink }) => writeLocalBundle(files, question, here, sink, privacy))
  if (privacy?.renames && mapPath !== undefined) terminal.err(writeMap(mapPath, privacy.map))
  terminal.err(`hangup: ${verdict.headline}\nhangup: written to ${args.text('output')}\n`)
  return 0
}
