import type { Arguments } from '../arguments.ts'
import { type Command, type ExitCode, type Terminal, UsageError } from '../command.ts'
import { PRIVACY_OPTIONS } from '../privacy-options.ts'
import { QUESTION_OPTIONS } from '../question-options.ts'
import { QUICK_OPTION } from '../quick-option.ts'
import { REPORT_OPTIONS } from '../report-options.ts'
import { sendFiles } from '../send-files.ts'
import { watchFolder } from '../watch-folder.ts'

export const send: Command = {
  synopsis: '--to URL --key KEY --at T [OPTIONS] FILE...',
  about: `Cuts the files here, shows what is left, sends only that with its receipts, waits, and prints the verdict. An interrupted send goes on
where it was: give the same line again. --to takes the link of a case too, and needs no key and no --at then.

A case that asks for pseudonymised addresses gets them here: the map that turns them back (hangup reveal) stays on this machine, with what
is remembered of uploads or where --map says.

With --watch DIR it keeps an eye on a folder of ring-buffer captures and on the logs named as FILE: when an error appears in a log, it
sends the window round it by itself, and watches on.

Exit code 0: diagnosed. 1: not sent or not diagnosed. 2: the command line is wrong.`,
  options: [
    { name: 'to', value: 'URL', says: 'the service, or the link of a case' },
    { name: 'key', value: 'KEY', says: 'the API key (or set HANGUP_KEY: other users cannot see that)' },
    { name: 'case', value: 'ID', says: 'send to this case instead of opening one' },
    { name: 'ticket', value: 'ID', says: "the ticket's number, for a new case" },
    ...QUESTION_OPTIONS,
    QUICK_OPTION,
    ...PRIVACY_OPTIONS,
    { name: 'dry-run', says: 'only show what would be sent' },
    { name: 'watch', value: 'DIR', says: 'wait for the error, then send what this folder holds round it' },
    { name: 'once', says: 'with --watch: end after the first error was sent' },
    ...REPORT_OPTIONS,
  ],
  examples: [
    'hangup send --to https://hangup.example.com --at 2025-01-15T08:48:21Z --dry-run trace.pcapng batch.log',
    "hangup send --to 'https://hangup.example.com/#case=…&for=upload&token=…' trace.pcapng batch.log",
    'hangup send --to https://hangup.example.com --watch /var/captures /var/log/print/batch.log',
  ],
  run,
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  if (args.has('watch')) return watchFolder(args, terminal)
  if (args.files.length === 0) throw new UsageError('which file? Name at least one capture or log')
  return sendFiles(args, args.files, terminal)
}
