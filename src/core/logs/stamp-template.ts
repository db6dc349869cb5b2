import type { Stamp } from './stamp.ts'

/**
 * The last stamp's bytes, so that the next line's is read by comparing: the same date, the same places, another time of day. What a
 * template cannot tell for sure it leaves to the parser.
 */
export class StampTemplate {
  #bytes = new Uint8Array(0)
  /** End of the stamp in `#bytes`; one byte more is compared, because what follows decides where the stamp ends. */
  #hour = -1
  #minute = 0
  #second = 0
  #fraction = 0
  #fractionDigits = 0
  #hourDigits = 0

  clear(): void {
    this.#hour = -1
  }

  /** Remembers a stamp that was parsed from `buffer`, whose line starts at `from` and whose characters are its bytes. */
  learn(buffer: Uint8Array, from: number, to: number, stamp: Stamp): void {
    this.#hour = -1
    const end = from + stamp.end + 1
    if (stamp.clockAt < 0 || end > to) return
    if (this.#bytes.length !== stamp.end + 1) this.#bytes = new Uint8Array(stamp.end + 1)
    for (let i = 0; i <= stamp.end; i++) this.#bytes[i] = buffer[from + i] as number
    this.#hourDigits = stamp.hourDigits
    this.#hour = stamp.clockAt
    this.#minute = stamp.clockAt + stamp.hourDigits + 1
    this.#second = this.#minute + 3
    this.#fraction = this.#second + 3
    this.#fractionDigits = stamp.fractionDigits
  }

  /** Reads the time of day of the line at [from, to) into `stamp` (the one learned), if all else is as it was. */
  read(buffer: Uint8Array, from: number, to: number, stamp: Stamp): boolean {
    const bytes = this.#bytes
    const hourAt = this.#hour
    if (hourAt < 0 || to - from < bytes.length) return false
    const clockEnd = this.#fractionDigits > 0 ? this.#fraction + this.#fractionDigits : this.#second + 2
    for (let i = 0; i < hourAt; i++) if (buffer[from + i] !== bytes[i]) return false
    for (let i = clockEnd; i < bytes.length; i++) if (buffer[from + i] !== bytes[i]) return false
    for (let i = hourAt; i < clockEnd; i++) {
      const byte = buffer[from + i] as number
      const was = bytes[i] as number
      if (was >= 48 && was <= 57 ? byte < 48 || byte > 57 : byte !== was) return false
    }
    let hour = (buffer[from + hourAt] as number) - 48
    if (this.#hourDigits === 2) hour = hour * 10 + (buffer[from + hourAt + 1] as number) - 48
    const minute = twoDigits(buffer, from + this.#minute)
    const second = twoDigits(buffer, from + this.#second)
    if (minute > 59 || second > 59 || hour > 23 || (stamp.halfDayHours >= 0 && (hour > 12 || hour === 0))) return false
    stamp.hour = stamp.halfDayHours >= 0 ? (hour % 12) + stamp.halfDayHours : hour
    stamp.minute = minute
    stamp.second = second
    if (this.#fractionDigits > 0) stamp.nanoseconds = fraction(buffer, from + this.#fraction, this.#fractionDigits)
    return true
  }
}

const twoDigits = (buffer: Uint8Array, at: number): number => ((buffer[at] as number) - 48) * 10 + (buffer[at + 1] as number) - 48

function fraction(buffer: Uint8Array, at: number, digits: number): number {
  let value = 0
  for (let i = 0; i < 9; i++) value = value * 10 + (i < digits ? (buffer[at + i] as number) - 48 : 0)
  return value
}
