import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makePackage } from '../pack-cli.mjs'
import { goal, measure } from './measure.ts'

const CHECKOUT = fileURLToPath(new URL('../hangup.mjs', import.meta.url))

/** How long the command line takes to say its version: packed, and from a checkout whose bundle is made already. */
export async function benchStart(folder: string): Promise<void> {
  const packed = join(folder, 'package')
  await makePackage(packed)
  const { bin } = (await import(join(packed, 'package.json'), { with: { type: 'json' } })).default
  measure([process.execPath, CHECKOUT, '--version'], 1)
  for (const [where, program] of [
    ['packed', join(packed, bin.hangup)],
    ['from a checkout', CHECKOUT],
  ] as const) {
    goal(`hangup --version, ${where}`, 1000 * measure([process.execPath, program, '--version']).seconds, 150, 'at most', ' ms')
  }
}
