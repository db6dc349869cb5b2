import { civilFromDays, daysFromCivil, daysInMonth } from '../time/civil.ts'
import type { WallTime, Zone } from '../time/zone.ts'
import type { Stamp } from './stamp.ts'

const DAY = 86_400 // seconds
const QUARTER = 900 // seconds

export interface ResolveOptions {
  readonly zone: Zone
  /** A moment near which the log lies, UTC seconds; undefined when nobody knows. */
  readonly near: number | undefined
  /** `nearest`: each date that can be read both ways is read so that it lies nearer to the incident. */
  readonly dayFirst: boolean | 'nearest'
  /** The date of bare times, days since the epoch, from a header or the file's name. */
  readonly dateHint: number | undefined
}

/** What had to be inferred: one count a reason, for the receipt. */
export interface ResolveNotes {
  zoneRead: number
  zoneAssumed: number
  yearInferred: number
  dateInferred: number
  inGap: number
  inOverlap: number
}

/** Turns stamps into UTC seconds, one file's stamps in file order: overlaps and bare times lean on the record before. */
export class StampResolver {
  readonly notes: ResolveNotes = { zoneRead: 0, zoneAssumed: 0, yearInferred: 0, dateInferred: 0, inGap: 0, inOverlap: 0 }
  readonly #options: ResolveOptions
  #previous = Number.NaN
  #known: Pick<Stamp, 'year' | 'month' | 'day' | 'orderUnknown'> & { days: number } = {
    year: Number.NaN,
    month: -1,
    day: -1,
    orderUnknown: false,
    days: Number.NaN,
  }
  #isSteady = false
  #quarter = Number.NaN
  #quarterOffset = 0
  #day: number | undefined

  constructor(options: ResolveOptions) {
    this.#options = options
    this.#day = options.dateHint
  }

  /** A date that a header line gives to the bare times after it. */
  setDate(days: number): void {
    this.#day = days
    this.#previous = Number.NaN
  }

  /** Whole UTC seconds; NaN for a date that does not exist. */
  resolve(stamp: Stamp): number {
    this.#isSteady = false
    const seconds = stamp.epochSeconds ?? this.#civil(stamp)
    if (!Number.isNaN(seconds)) this.#previous = seconds
    return seconds
  }

  /** The stamp that was resolved last would lie as far from UTC with any other second of its minute. */
  get isSteady(): boolean {
    return this.#isSteady
  }

  /** Further stamps in order, of the minute of the one that was resolved last. @param last UTC seconds of the last one */
  resolveMore(stamp: Stamp, count: number, last: number): void {
    this.#previous = last
    if (stamp.year === undefined && stamp.month > 0) this.notes.yearInferred += count
    if (stamp.month === 0) this.notes.dateInferred += count
    if (stamp.offsetSeconds === undefined) this.notes.zoneAssumed += count
    else this.notes.zoneRead += count
  }

  #civil(stamp: Stamp): number {
    const days = stamp.month === 0 ? this.#dayOfBareTime(stamp) : this.#knownDay(stamp)
    if (Number.isNaN(days)) return Number.NaN
    // A bare time without a known date is dated one by one.
    const isDated = stamp.month > 0 || this.#day !== undefined
    const local = days * DAY + stamp.hour * 3600 + stamp.minute * 60 + stamp.second
    if (stamp.offsetSeconds !== undefined) {
      this.notes.zoneRead++
      this.#isSteady = isDated
      return local - stamp.offsetSeconds
    }
    this.notes.zoneAssumed++
    const seconds = this.#toUtc(local)
    this.#isSteady = isDated && this.#quarter === Math.floor(local / QUARTER)
    return seconds
  }

  /** A log writes the same date thousands of times. */
  #knownDay(stamp: Stamp): number {
    const known = this.#known
    if (stamp.year === undefined) this.notes.yearInferred++
    if (known.year !== stamp.year || known.month !== stamp.month || known.day !== stamp.day || known.orderUnknown !== stamp.orderUnknown) {
      this.#known = { year: stamp.year, month: stamp.month, day: stamp.day, orderUnknown: stamp.orderUnknown, days: this.#dayOf(stamp) }
    }
    return this.#known.days
  }

  /** Within a quarter of an hour a zone's offset changes in no zone's history; a quarter without overlap or gap needs no second look. */
  #toUtc(local: number): number {
    const quarter = Math.floor(local / QUARTER)
    if (quarter === this.#quarter) return local - this.#quarterOffset
    const time = this.#options.zone.toUtc(local)
    if (time.second === undefined && !time.inGap) {
      this.#quarter = quarter
      this.#quarterOffset = local - time.first
    }
    return this.#chosen(time)
  }

  #chosen(time: WallTime): number {
    const { first, second, inGap } = time
    if (inGap) this.notes.inGap++
    if (second === undefined) return first
    this.notes.inOverlap++
    // The clock went back: a reading earlier than the record before belongs to the second pass, if that is in the overlap's reach.
    return first < this.#previous && second >= this.#previous - 1 && this.#previous - first < 2 * 3600 ? second : first
  }

  #dayOf(stamp: Stamp): number {
    const { dayFirst, near } = this.#options
    if (!stamp.orderUnknown || dayFirst === false) return this.#dayFrom(stamp, stamp.month, stamp.day)
    const swapped = this.#dayFrom(stamp, stamp.day, stamp.month)
    if (dayFirst === true || near === undefined) return swapped
    const straight = this.#dayFrom(stamp, stamp.month, stamp.day)
    return Math.abs(swapped * DAY - near) < Math.abs(straight * DAY - near) ? swapped : straight
  }

  #dayFrom(stamp: Stamp, month: number, day: number): number {
    if (stamp.year !== undefined) return day <= daysInMonth(stamp.year, month) ? daysFromCivil(stamp.year, month, day) : Number.NaN
    const near = this.#options.near ?? this.#previous
    const about = civilFromDays(Math.floor((Number.isNaN(near) ? 0 : near) / DAY)).year
    let best = Number.NaN
    for (const year of [about, about - 1, about + 1]) {
      if (day > daysInMonth(year, month)) continue
      const candidate = daysFromCivil(year, month, day)
      if (Number.isNaN(best) || Math.abs(candidate * DAY - near) < Math.abs(best * DAY - near)) best = candidate
    }
    return best
  }

  /** The hinted date, one on after each midnight; without a hint the day that brings the time nearest to the incident. */
  #dayOfBareTime(stamp: Stamp): number {
    this.notes.dateInferred++
    const timeOfDay = stamp.hour * 3600 + stamp.minute * 60 + stamp.second
    const offset = stamp.offsetSeconds ?? 0
    const { near } = this.#options
    if (this.#day === undefined) {
      if (near === undefined) return Number.NaN
      const local = stamp.offsetSeconds === undefined ? near + this.#eastOf(near) : near + offset
      const today = Math.floor(local / DAY)
      const distance = timeOfDay - (local - today * DAY)
      return distance > DAY / 2 ? today - 1 : distance < -DAY / 2 ? today + 1 : today
    }
    if (!Number.isNaN(this.#previous)) {
      const before = this.#previous + (stamp.offsetSeconds ?? this.#eastOf(this.#previous))
      if (this.#day * DAY + timeOfDay < before - DAY / 2) this.#day++
    }
    return this.#day
  }

  #eastOf(utc: number): number {
    return utc - this.#options.zone.toUtc(utc).first
  }
}
