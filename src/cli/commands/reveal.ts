import { readFile } from 'node:fs/promises'
import { PseudonymMap } from '../../core/diagnosis/privacy/pseudonyms.ts'
import { reveal as putBack } from '../../core/diagnosis/privacy/reveal.ts'
import { InputError } from '../../core/errors.ts'
import type { Arguments } from '../arguments.ts'
import { type Command, type ExitCode, type Terminal, UsageError } from '../command.ts'
import { OUTPUT_OPTION, withOutput } from '../output.ts'

export const reveal: Command = {
  synopsis: '--map MAP.json [-o OUT] FILE',
  about: `A case with pseudonymised addresses speaks of invented ones. With the map, which only the customer has, this puts the real ones back
into a report, a ticket text or a cut log. Works offline.`,
  options: [{ name: 'map', value: 'MAP.json', says: 'the pseudonym map of the case' }, OUTPUT_OPTION],
  examples: ['hangup reveal --map map.json -o report-real.md report.md'],
  run,
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const mapPath = args.text('map')
  const [path, more] = args.files
  if (mapPath === undefined) throw new UsageError('which map? Give --map MAP.json')
  if (path === undefined || more !== undefined) throw new UsageError('name one file')
  const map = parseMap(await readFile(mapPath, 'utf8'), mapPath)
  const text = putBack(await readFile(path, 'utf8'), map)
  await withOutput(args, terminal, async ({ sink }) => sink(new TextEncoder().encode(text)))
  return 0
}

/** @throws {InputError} when the file is no pseudonym map */
function parseMap(text: string, path: string): PseudonymMap {
  const map = PseudonymMap.safeParse(jsonOf(text))
  if (map.success) return map.data
  throw new InputError('bad-option', `${path} is no pseudonym map`, 'Give the map that came with the pseudonymised case, unchanged.')
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}
