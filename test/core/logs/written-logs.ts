import type { CutLogOptions } from '../../../src/core/logs/cut-log.ts'
import { civilFromDays } from '../../../src/core/time/civil.ts'

/** A moment on a wall clock. */
export interface Local {
  readonly y: number
  readonly mo: number
  readonly d: number
  readonly h: number
  readonly mi: number
  readonly s: number
  readonly fraction: string
}

/** One way to write a log: how a record at a UTC moment looks, on a wall clock that is `zone`'s (any zone's where it is not given). */
export interface Layout {
  readonly name: string
  readonly zone?: string
  /** Digits of the fraction. */
  readonly digits: 0 | 3 | 6
  /** Lines before and behind all records. */
  readonly header?: string
  readonly footer?: string
  /** Lines may follow a record's first. */
  readonly folds: boolean
  readonly write: (local: Local, offsetMinutes: number, utc: number) => string
  /** Behind the last line of a record. */
  readonly close?: string
  readonly options?: CutLogOptions['fileOptions']
  readonly fileName?: (first: Local) => string
}

const two = (n: number): string => String(n).padStart(2, '0')
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const clock = (t: Local): string => `${two(t.h)}:${two(t.mi)}:${two(t.s)}`
const date = (t: Local): string => `${t.y}-${two(t.mo)}-${two(t.d)}`
const halfDay = (t: Local): string => `${t.h % 12 || 12}:${two(t.mi)}:${two(t.s)} ${t.h < 12 ? 'AM' : 'PM'}`
const weekday = (t: Local): string => DAYS[new Date(Date.UTC(t.y, t.mo - 1, t.d)).getUTCDay()] ?? ''
const zoneOf = (offset: number, colon: string): string =>
  `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}${colon}${two(Math.abs(offset) % 60)}`
const EVENTS = "xmlns='http://schemas.microsoft.com/win/2004/08/events/event'"
const TAI = 2n ** 62n + 10n

export const LAYOUTS: readonly Layout[] = [
  { name: 'ISO with a zone', digits: 3, folds: true, write: (t, o) => `${date(t)}T${clock(t)}.${t.fraction}${zoneOf(o, ':')} INFO` },
  { name: 'ISO without a zone', digits: 6, folds: true, write: (t) => `${date(t)} ${clock(t)}.${t.fraction} [main] INFO` },
  { name: 'log4j in brackets', digits: 3, folds: true, write: (t) => `[${date(t)} ${clock(t)},${t.fraction}] [INFO]` },
  { name: 'indented', digits: 0, folds: true, write: (t) => `\t${date(t)} ${clock(t)} INFO` },
  { name: 'in colour', digits: 3, folds: true, write: (t) => `\u001b[32m${date(t)} ${clock(t)}.${t.fraction}\u001b[0m INFO` },
  {
    name: 'without separators',
    digits: 3,
    folds: true,
    write: (t) => `${date(t).replaceAll('-', '')}T${clock(t).replaceAll(':', '')}.${t.fraction} x`,
  },
  { name: 'US with AM and PM', digits: 0, folds: true, options: { dayFirst: false }, write: (t) => `${t.mo}/${t.d}/${t.y} ${halfDay(t)}` },
  { name: 'European with dots', digits: 0, folds: true, write: (t) => `${two(t.d)}.${two(t.mo)}.${t.y} ${clock(t)};` },
  {
    name: 'day first with hyphens',
    digits: 0,
    folds: true,
    options: { dayFirst: true },
    write: (t) => `${two(t.d)}-${two(t.mo)}-${t.y} ${clock(t)}`,
  },
  {
    name: 'Apache',
    digits: 0,
    folds: true,
    write: (t, o) => `10.0.0.1 - - [${two(t.d)}/${MONTHS[t.mo - 1]}/${t.y}:${clock(t)} ${zoneOf(o, '')}] "GET /"`,
  },
  {
    name: 'RFC 3164 syslog',
    digits: 0,
    folds: true,
    write: (t) => `<13>${MONTHS[t.mo - 1]} ${String(t.d).padStart(2, ' ')} ${clock(t)} host app:`,
  },
  {
    name: 'ctime',
    digits: 0,
    folds: true,
    write: (t) => `${weekday(t)} ${MONTHS[t.mo - 1]} ${String(t.d).padStart(2, ' ')} ${clock(t)} ${t.y}`,
  },
  { name: 'glog', digits: 6, folds: true, write: (t) => `E${two(t.mo)}${two(t.d)} ${clock(t)}.${t.fraction} 1952 x.cc:253]` },
  { name: 'Japanese', digits: 0, folds: true, write: (t) => `${t.y}年${t.mo}月${t.d}日 ${t.h}時${t.mi}分${t.s}秒 x` },
  { name: 'seconds since 1970', digits: 3, folds: false, write: (t, _o, utc) => `${utc}.${t.fraction} x` },
  {
    name: 'TAI64N',
    digits: 6,
    folds: true,
    write: (t, _o, utc) => `@${(TAI + BigInt(utc)).toString(16)}${(Number(t.fraction) * 1000).toString(16).padStart(8, '0')} x`,
  },
  {
    name: 'a time alone, the date in the file’s name',
    digits: 3,
    folds: true,
    write: (t) => `${clock(t)}.${t.fraction} [main]`,
    fileName: (t) => `batch_${date(t)}.log`,
  },
  {
    name: 'a layout that was given',
    digits: 0,
    folds: true,
    options: { timeFormat: '%d|%m|%Y %H.%M.%S' },
    write: (t) => `job 7 ${two(t.d)}|${two(t.mo)}|${t.y} ${two(t.h)}.${two(t.mi)}.${two(t.s)} x`,
  },
  { name: 'milliseconds in JSON', digits: 3, folds: false, write: (t, _o, utc) => `{"level":30,"time":${utc}${t.fraction},"msg":"x"}` },
  {
    name: 'JSON with an ISO time',
    zone: 'UTC',
    digits: 6,
    folds: false,
    write: (t) => `{"msg":"x","@timestamp":"${date(t)}T${clock(t)}.${t.fraction}Z"}`,
  },
  {
    name: 'CSV rows',
    digits: 0,
    folds: true,
    header: 'Level,Date and Time,Source',
    write: (t) => `Error,${t.y}/${two(t.mo)}/${two(t.d)} ${clock(t)},App,"one, ""two"`,
    close: ' end"',
  },
  { name: 'W3C', zone: 'UTC', digits: 0, folds: false, header: '#Fields: date time s-ip', write: (t) => `${date(t)} ${clock(t)} 10.0.0.1` },
  {
    name: 'event XML',
    zone: 'UTC',
    digits: 6,
    folds: true,
    header: '<Events>',
    footer: '</Events>',
    write: (t) => `<Event ${EVENTS}><System><TimeCreated SystemTime='${date(t)}T${clock(t)}.${t.fraction}Z'/></System><Data>`,
    close: '</Data></Event>',
  },
  {
    name: 'journalctl -o export',
    digits: 6,
    folds: false,
    write: (t, _o, utc) => `__CURSOR=s\n__REALTIME_TIMESTAMP=${utc}${t.fraction}\nMESSAGE=x\n`,
  },
]

export const ZONES = [
  ...['UTC', '+05:45', 'Europe/Berlin', 'Europe/London', 'Africa/Casablanca', 'America/New_York', 'America/St_Johns', 'America/Sao_Paulo'],
  ...['Asia/Kolkata', 'Asia/Tokyo', 'Australia/Adelaide', 'Australia/Lord_Howe', 'Pacific/Chatham'],
]

/** An independent clock: Node's own time zone data, no code of ours. */
export function offsetMinutes(zone: string, utc: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(utc * 1000)
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  const match = /GMT([+-])(\d+)(?::(\d+))?/.exec(name)
  return match ? (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3] ?? 0)) : 0
}

export function localAt(utc: number, micros: number, offset: number, digits: number): Local {
  const local = utc + offset * 60
  const days = Math.floor(local / 86_400)
  const { year, month, day } = civilFromDays(days)
  const rest = local - days * 86_400
  const fraction = String(micros).padStart(6, '0').slice(0, digits)
  return { y: year, mo: month, d: day, h: Math.floor(rest / 3600), mi: Math.floor(rest / 60) % 60, s: rest % 60, fraction }
}

const DAY = 86_400
const START = Date.UTC(2025, 0, 1) / 1000
const BEFORE = 600 // seconds

/** Ten minutes before each of a zone's changes of 2025, and before a leap day, a new year, and nothing: UTC seconds. */
export function startsIn(zone: string): number[] {
  const changes: number[] = []
  for (let at = START; at < START + 365 * DAY; at += DAY) {
    if (offsetMinutes(zone, at) === offsetMinutes(zone, at + DAY)) continue
    let [low, high] = [at, at + DAY]
    while (high - low > 60) {
      const middle = low + Math.floor((high - low) / 120) * 60
      if (offsetMinutes(zone, middle) === offsetMinutes(zone, at)) low = middle
      else high = middle
    }
    changes.push(high - BEFORE)
  }
  const others = [Date.UTC(2024, 1, 29, 23, 59), Date.UTC(2025, 11, 31, 23, 58), Date.UTC(2025, 5, 14, 9, 0)].map((ms) => ms / 1000)
  return [...changes, ...others]
}
