import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** Bytes of one look: a burst beyond that is looked at from its end. */
const MOST = 1024 * 1024

/** What is added to a log from now on. Follows a log that is rotated: a shorter or a new file is read from its start. */
export class LogTail {
  readonly path: string
  private position: number
  private inode: number
  /** A line whose end was not written yet. */
  private begun = ''

  constructor(path: string) {
    this.path = path
    const { size, ino } = statSync(path)
    this.position = size
    this.inode = ino
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
    const facts = statSync(this.path, { throwIfNoEntry: false })
    if (!facts) return ''
    if (facts.ino !== this.inode || facts.size < this.position) this.position = 0
    this.inode = facts.ino
    const from = Math.max(this.position, facts.size - MOST)
    this.position = facts.size
    return facts.size > from ? this.textAt(from, facts.size - from) : ''
  }

  private textAt(offset: number, length: number): string {
    const file = openSync(this.path, 'r')
    try {
      const buffer = Buffer.alloc(length)
      const bytesRead = readSync(file, buffer, 0, length, offset)
      return buffer.toString('utf8', 0, bytesRead).replaceAll('\0', '')
    } finally {
      closeSync(file)
    }
  }
}
