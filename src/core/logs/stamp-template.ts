import { lineFeedIn } from '../bytes/line-feed.ts'
import type { RecordRun } from './record-reader.ts'
import type { Stamp } from './stamp.ts'

/**
 * The last stamp's bytes, so that the next line's is read by comparing: the same date, the same places, another time of day. What a
 * template cannot tell for sure it leaves to the parser.
 */
export class StampTemplate {
  /** The stamp and one byte more, because what follows decides where the stamp ends. */
  #bytes = new Uint8Array(0)
  #hour = -1
  #minute = 0
  #second = 0
  #fraction = 0
  #fractionDigits = 0
  #hourDigits = 0
  /** Behind the last digit of the time of day. */
  #clockEnd = 0

  clear(): void {
    this.#hour = -1
  }

  /** Remembers a stamp that was parsed from `buffer`, whose line starts at `from` and whose characters are its bytes. */
  learn(buffer: Uint8Array, from: number, to: number, stamp: Stamp): void {
    this.#hour = -1
    const end = from + stamp.end + 1
    if (stamp.clockAt < 0 || end > to) return
    this.#bytes = buffer.slice(from, end)
    this.#hourDigits = stamp.hourDigits
    this.#hour = stamp.clockAt
    this.#minute = stamp.clockAt + stamp.hourDigits + 1
    this.#second = this.#minute + 3
    this.#fraction = this.#second + 3
    this.#fractionDigits = stamp.fractionDigits
    this.#clockEnd = stamp.fractionDigits > 0 ? this.#fraction + stamp.fractionDigits : this.#second + 2
  }

  /** Reads the time of day of the line at [from, to) into `stamp` (the one learned), if all else is as it was. */
  read(buffer: Uint8Array, from: number, to: number, stamp: Stamp): boolean {
    const bytes = this.#bytes
    const hourAt = this.#hour
    if (hourAt < 0 || to - from < bytes.length) return false
    for (let i = 0; i < hourAt; i++) if (buffer[from + i] !== bytes[i]) return false
    for (let i = this.#clockEnd; i < bytes.length; i++) if (buffer[from + i] !== bytes[i]) return false
    for (let i = hourAt; i < this.#clockEnd; i++) {
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

  /**
   * The lines that follow a line which was just read and have its stamp but for seconds and fraction, as long as no second is earlier
   * than the one before. Some 20 ns a line, where showing each takes 130.
   *
   * @param before the start of the line that was read
   * @param limit no line that ends behind it is taken
   */
  run(buffer: Uint8Array, view: DataView, before: number, from: number, limit: number, stamp: Stamp): RecordRun | undefined {
    const [length, secondPlace, clockEnd] = [this.#bytes.length, this.#second, this.#clockEnd]
    const fractionPlace = this.#fractionDigits > 0 ? this.#fraction : clockEnd
    const stop = Math.min(limit, view.byteLength - length)
    if (this.#fractionDigits > 9) return undefined
    let records = 0
    let lastFrom = before
    let to = from
    let second = stamp.second
    // Seconds never fall, so that the least part is one of the first second's, and the greatest one of the last's.
    let firstSecond = -1
    let part = 0
    let least = 0
    let greatest = 0
    while (to < stop && isAlike(view, lastFrom, to, secondPlace, fractionPlace, clockEnd, length)) {
      const next = secondAt(buffer, to + secondPlace)
      const nextPart = numberIn(buffer, to + fractionPlace, to + clockEnd)
      if (next < second || nextPart < 0) break
      const lineFeed = lineFeedIn(view, to + length - 1)
      if (lineFeed < 0 || lineFeed >= limit) break
      if (firstSecond < 0) {
        firstSecond = next
        least = nextPart
      } else if (next === firstSecond && nextPart < least) least = nextPart
      if (next > second || nextPart > greatest) greatest = nextPart
      second = next
      part = nextPart
      records++
      lastFrom = to
      to = lineFeed + 1
    }
    if (records === 0) return undefined
    const unit = 10 ** (9 - this.#fractionDigits)
    const moment = (seconds: number, parts: number): number => seconds * 1e9 + parts * unit
    return {
      from,
      to,
      records,
      lastFrom,
      last: moment(second, part),
      least: moment(firstSecond, least),
      greatest: moment(second, greatest),
    }
  }
}

/** Two lines start the same but for the digits of second and fraction. */
function isAlike(view: DataView, one: number, other: number, second: number, fraction: number, clockEnd: number, length: number): boolean {
  for (let i = 0; i < second - 4; i += 4) if (view.getInt32(one + i, true) !== view.getInt32(other + i, true)) return false
  if (view.getInt32(one + second - 4, true) !== view.getInt32(other + second - 4, true)) return false
  for (let i = second + 2; i < fraction; i++) if (view.getUint8(one + i) !== view.getUint8(other + i)) return false
  for (let i = clockEnd; i < length; i++) if (view.getUint8(one + i) !== view.getUint8(other + i)) return false
  return true
}

/** The digits [from, to) as a number, 0 for none; -1 where something else stands there. */
function numberIn(buffer: Uint8Array, from: number, to: number): number {
  let value = 0
  for (let i = from; i < to; i++) {
    const digit = (buffer[i] as number) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

/** -1 where there is none. */
function secondAt(buffer: Uint8Array, at: number): number {
  const tens = (buffer[at] as number) - 48
  const ones = (buffer[at + 1] as number) - 48
  return tens < 0 || tens > 5 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones
}

const twoDigits = (buffer: Uint8Array, at: number): number => ((buffer[at] as number) - 48) * 10 + (buffer[at + 1] as number) - 48

function fraction(buffer: Uint8Array, at: number, digits: number): number {
  let value = 0
  for (let i = 0; i < 9; i++) value = value * 10 + (i < digits ? (buffer[at + i] as number) - 48 : 0)
  return value
}
