import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { UploadMemory } from '../client/resumable-upload.ts'
import { isMissing } from './missing.ts'

/** Where this machine's user keeps what a program must remember: the XDG state folder, or its Windows counterpart. */
const stateFolder = (): string =>
  join(process.env.XDG_STATE_HOME ?? process.env.LOCALAPPDATA ?? join(homedir(), '.local', 'state'), 'hangup')

/** Where a case's pseudonym map stays unless a person names a place. */
export const mapFile = (caseId: string): string => join(stateFolder(), `map-${safe(caseId)}.json`)

const safe = (caseId: string): string => caseId.replace(/[^\w-]/g, '_')

/** Uploads begun and not finished, one small file a case: ids and names of what was cut, no content and no key. */
export function uploadFolder(caseId: string, folder: string = stateFolder()): UploadMemory {
  const path = join(folder, `uploads-${safe(caseId)}.json`)
  const load = (): Record<string, string> => {
    try {
      return JSON.parse(readFileSync(path, 'utf8'))
    } catch (error) {
      if (isMissing(error)) return {}
      throw error
    }
  }
  return {
    recall: (fingerprint) => load()[fingerprint],
    remember: (fingerprint, uploadId) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 })
      writeFileSync(path, JSON.stringify({ ...load(), [fingerprint]: uploadId }), { mode: 0o600 })
    },
    forget: (fingerprint) => {
      const { [fingerprint]: _, ...others } = load()
      if (Object.keys(others).length > 0) writeFileSync(path, JSON.stringify(others), { mode: 0o600 })
      else rmSync(path, { force: true })
    },
  }
}
