import type { DamageCode, DamageNote } from './summary.ts'

const MAX_NOTES = 50

/** Collects what was wrong with a file, bounded. */
export class DamageLog {
  readonly notes: DamageNote[] = []
  count = 0
  bytesSkipped = 0

  note(code: DamageCode, offset: number, bytesSkipped: number, says: string): void {
    this.count++
    this.bytesSkipped += bytesSkipped
    if (this.notes.length < MAX_NOTES) this.notes.push({ code, offset, bytesSkipped, says })
  }
}
