import type { UploadMemory } from '../client/resumable-upload.ts'

/** What a reload must know to go on: the upload, and which file to ask the customer for. */
interface Remembered {
  readonly uploadId: string
  readonly fileName: string
  /** Bytes of the whole file. */
  readonly fileSize: number
  /** Milliseconds since the epoch. */
  readonly lastModified: number
}

/** One case's unfinished uploads, in this browser's local storage. Holds names and sizes, no content and no key. */
export class CaseMemory {
  private readonly key: string

  constructor(caseId: string) {
    this.key = `hangup ${caseId}`
  }

  /** The files that were being sent when the page went away. */
  get unfinished(): readonly Remembered[] {
    return Object.values(this.load())
  }

  /** The memory of one file's upload. */
  of(file: File): UploadMemory {
    return {
      recall: (fingerprint) => this.load()[fingerprint]?.uploadId,
      remember: (fingerprint, uploadId) => {
        const entry = { uploadId, fileName: file.name, fileSize: file.size, lastModified: file.lastModified }
        this.store({ ...this.load(), [fingerprint]: entry })
      },
      forget: (fingerprint) => {
        const { [fingerprint]: _, ...others } = this.load()
        this.store(others)
      },
    }
  }

  private load(): Record<string, Remembered> {
    return JSON.parse(localStorage.getItem(this.key) ?? '{}')
  }

  private store(entries: Record<string, Remembered>): void {
    if (Object.keys(entries).length === 0) localStorage.removeItem(this.key)
    else localStorage.setItem(this.key, JSON.stringify(entries))
  }
}
