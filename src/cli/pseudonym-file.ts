import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { KeptMap } from '../client/sender-privacy.ts'
import type { PseudonymMap } from '../core/diagnosis/privacy/pseudonyms.ts'
import { UsageError } from './command.ts'
import { isMissing } from './missing.ts'

/** Keeps a map where only this user can read it; returns what to tell the person. */
export function writeMap(path: string, map: PseudonymMap): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, JSON.stringify(map), { mode: 0o600 })
  return `hangup: addresses are renamed; only ${path} turns them back (hangup reveal): keep it, and keep it here\n`
}

/** The map of an earlier run, to go on with; undefined where there is none. @throws {UsageError} when the file is something else */
export function readKeptMap(path: string): KeptMap | undefined {
  try {
    return KeptMap.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new UsageError(`--map ${path}: this is no map that hangup send wrote`)
  }
}
