import { mkdtempSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Spool } from '../client/cut-here.ts'

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

/** What a cut kept, on its way: in a file that only this user can read. */
export async function keptFile(): Promise<Spool> {
  const file = await open(join(spoolFolder(), String(files++)), 'w+', 0o600)
  let size = 0
  return {
    write: async (bytes) => {
      await file.write(bytes, 0, bytes.length, size)
      size += bytes.length
    },
    finish: async () => ({
      size,
      read: async (from, to) => {
        const buffer = new Uint8Array(to - from)
        const { bytesRead } = await file.read(buffer, 0, buffer.length, from)
        return buffer.subarray(0, bytesRead)
      },
    }),
  }
}
