import { readFile } from 'node:fs/promises'
import { verifyEd25519 } from '../../cases/ed25519.ts'
import { fromBase64 } from '../../core/diagnosis/signature.ts'
import { type Verification, verifyBundle } from '../../core/diagnosis/verify.ts'
import type { Arguments } from '../arguments.ts'
import { type Command, type ExitCode, type Terminal, UsageError } from '../command.ts'
import { fileSource } from '../file-source.ts'
import { isMissing } from '../missing.ts'

/** Bytes of an Ed25519 public key, RFC 8032 §5.1.5. */
const KEY_BYTES = 32

export const verify: Command = {
  synopsis: '[--key KEY] [--json] FILE.zip',
  about: `Compares every byte of the ZIP with its manifest, names what was changed, and checks the signature. A bundle made on the command
line or in the browser is unsigned. A signature is trusted only by a key that you have from elsewhere: give it with --key.`,
  options: [
    { name: 'key', value: 'KEY', says: 'the public key to trust: base64, or a file that holds it' },
    { name: 'json', says: 'the whole answer as JSON' },
  ],
  examples: ['hangup verify hangup-case-4711.zip'],
  run,
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const [path, more] = args.files
  if (path === undefined || more !== undefined) throw new UsageError('name one bundle')
  const key = args.text('key')
  const verification = await verifyBundle(await fileSource(path), verifyEd25519, key === undefined ? undefined : await readKey(key))
  await terminal.out(args.has('json') ? `${JSON.stringify(verification, null, 2)}\n` : inWords(verification))
  return verification.ok ? 0 : 1
}

async function readKey(text: string): Promise<Uint8Array> {
  const key = fromBase64(text) ?? fromBase64(await fileText(text))
  if (key?.length !== KEY_BYTES) throw new UsageError(`--key ${text}: this is no Ed25519 public key (32 bytes in base64)`)
  return key
}

async function fileText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return ''
    throw error
  }
}

function inWords({ says, changed }: Verification): string {
  return [says, ...changed.map((change) => `  ${change.entry ?? 'the ZIP'}: ${change.says}`), ''].join('\n')
}
