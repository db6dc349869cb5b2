import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Spool } from '../client/kept-bytes.ts'
import { readAt } from './file-source.ts'

let folder: string | undefined
let files = 0

/** This process's own folder for what it cuts; it goes with the process. */
function spoolFolder(): string {
  if (folder === undefined) {
    const made = mkdtempSync(join(tmpdir(), 'hangup-'))
    process.on('exit', () => rmSync(made, { recursive: true, force: true }))
    folder = made
  }
  return folder
}

/** What a cut kept, on its way: in a file that only this user can read, open only while it is written to or read. */
export async function keptFile(): Promise<Spool> {
  const path = join(spoolFolder(), String(files++))
  writeFileSync(path, '', { mode: 0o600 })
  let size = 0
  return {
    write: (bytes) => {
      appendFileSync(path, bytes)
      size += bytes.length
    },
    finish: async () => ({ size, read: (from, to) => readAt(path, from, to - from) }),
  }
}
