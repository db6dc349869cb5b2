import { CasePrivacy } from '../core/diagnosis/privacy/privacy.ts'
import type { Arguments } from './arguments.ts'
import type { Option } from './command.ts'

/** What may be kept back of the packets and names. */
export const PRIVACY_OPTIONS: readonly Option[] = [
  { name: 'strip-payload', says: 'cut packets behind the transport header' },
  { name: 'pseudonymise', says: 'rename addresses here, and cut packets as --strip-payload does' },
  { name: 'map', value: 'MAP.json', says: 'where the names are kept that hangup reveal puts back' },
]

/** What the command line asks for; undefined: nothing is kept back. */
export function readPrivacy(args: Arguments): CasePrivacy | undefined {
  if (args.has('pseudonymise')) return new CasePrivacy({ payload: 'strip', addresses: 'pseudonymise' })
  return args.has('strip-payload') ? new CasePrivacy({ payload: 'strip', addresses: 'keep' }) : undefined
}
