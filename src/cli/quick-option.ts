import type { QuickReading } from '../client/cut-here.ts'
import type { Arguments } from './arguments.ts'
import type { Option, Terminal } from './command.ts'

export const QUICK_OPTION: Option = {
  name: 'quick',
  says: 'of captures, read only the window and 600 s before it; what lies earlier is not known then',
}

/** Undefined: files are read whole. */
export const readQuick = (args: Arguments, terminal: Terminal): QuickReading | undefined =>
  args.has('quick') ? { onWhole: (name, why) => terminal.err(`hangup: --quick: ${name} is read whole: ${why}\n`) } : undefined
