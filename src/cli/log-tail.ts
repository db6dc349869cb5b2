import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

/** Bytes of one look: a burst beyond that is looked at from its end. */
const MOST = 1024 * 1024

/**
 * What is added to a log from now on. Follows a log that is rotated: what the old file still got is read from it, a shorter or a new one
 * from its start.
 */
export class LogTail {
  readonly path: string
  private file: number
  private position: number
  /** A line whose end was not written yet. */
  private begun = ''

  /** @throws {NodeJS.ErrnoException} when there is no such file */
  constructor(path: string) {
    this.path = path
    this.file = openSync(path, 'r')
    this.position = fstatSync(this.file).size
  }

  /**
   * The lines since the last look; the last one once it is whole, or nothing came behind it for a look. Numbers and names of errors are
   * ASCII in every encoding that logs have: NULs of UTF-16 are dropped.
   */
  read(): string {
    const text = this.begun + this.added()
    const end = text === this.begun ? text.length : text.lastIndexOf('\n') + 1
    this.begun = text.slice(end)
    return text.slice(0, end)
  }

  private added(): string {
    const last = this.rest()
    const now = statSync(this.path, { throwIfNoEntry: false })
    if (!now || now.ino === fstatSync(this.file).ino) return last
    closeSync(this.file)
    this.file = openSync(this.path, 'r')
    this.position = 0
    return last + this.rest()
  }

  private rest(): string {
    const { size } = fstatSync(this.file)
    if (size < this.position) this.position = 0
    const from = Math.max(this.position, size - MOST)
    this.position = size
    const buffer = Buffer.alloc(size - from)
    const bytesRead = readSync(this.file, buffer, 0, buffer.length, from)
    return buffer.toString('utf8', 0, bytesRead).replaceAll('\0', '')
  }
}
