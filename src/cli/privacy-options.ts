import { CasePrivacy } from '../core/diagnosis/privacy/privacy.ts'
import type { NamedByCase } from '../core/diagnosis/privacy/text.ts'
import type { Arguments } from './arguments.ts'
import { type Option, UsageError } from './command.ts'

/** What may be kept back of the packets and names. */
export const PRIVACY_OPTIONS: readonly Option[] = [
  { name: 'strip-payload', says: 'cut packets behind the transport header' },
  { name: 'pseudonymise', says: 'rename addresses here, and cut packets as --strip-payload does' },
  { name: 'names', value: 'A,B', says: 'with --pseudonymise: machines and other names to rename too' },
  { name: 'domains', value: 'D,E', says: 'with --pseudonymise: domains whose host names are renamed too' },
  { name: 'map', value: 'MAP.json', says: 'where the names are kept that hangup reveal puts back' },
]

/** The names that the command line lists. */
export const readNames = (args: Arguments): NamedByCase => ({ names: listed(args.text('names')), domains: listed(args.text('domains')) })

const listed = (text = ''): string[] =>
  text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** What the command line asks for; undefined: nothing is kept back. */
export function readPrivacy(args: Arguments): CasePrivacy | undefined {
  if (args.has('pseudonymise')) return new CasePrivacy({ payload: 'strip', addresses: 'pseudonymise', ...readNames(args) })
  if (args.has('names') || args.has('domains')) throw new UsageError('names are renamed along with addresses: add --pseudonymise')
  return args.has('strip-payload') ? new CasePrivacy({ payload: 'strip', addresses: 'keep' }) : undefined
}
