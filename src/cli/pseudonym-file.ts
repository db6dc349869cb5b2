import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { PseudonymMap } from '../core/diagnosis/privacy/pseudonyms.ts'

/** Keeps a map where only this user can read it; returns what to tell the person. */
export function writeMap(path: string, map: PseudonymMap): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, JSON.stringify(map), { mode: 0o600 })
  return `hangup: addresses are renamed; only ${path} turns them back (hangup reveal): keep it, and keep it here\n`
}
