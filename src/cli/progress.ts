import { formatBytes } from '../client/figures.ts'
import { formatSeconds } from '../core/time/duration.ts'
import type { Terminal } from './command.ts'

/** Characters of a bar: at most, and below which there is none. */
const BAR = 24
const SHORTEST_BAR = 6
/** Milliseconds between two drawings, and between two lines where nobody watches. */
const REDRAW = 100
const NEXT_LINE = 10_000

export interface Progress {
  /** Bytes done, and what is being waited for, if anything. */
  readonly show: (done: number, note?: string) => void
  /** Ends it with a line that stays. */
  readonly finish: (says: string) => void
  /** Ends it without one. */
  readonly clear: () => void
}

/** A bar that redraws itself for a person, plain lines now and then for a file or a pipe. */
export function progressOf(label: string, total: number, terminal: Terminal, now: () => number): Progress {
  const startedAt = now()
  let shownAt = terminal.isWatched ? Number.NEGATIVE_INFINITY : startedAt
  const clear = terminal.isWatched ? '\r\u001b[2K' : ''
  const end = terminal.isWatched ? '' : '\n'
  return {
    show: (done, note) => {
      if (now() - shownAt < (terminal.isWatched ? REDRAW : NEXT_LINE) && note === undefined) return
      shownAt = now()
      const seconds = (now() - startedAt) / 1000
      terminal.err(`${clear}${lineOf(label, done, total, seconds, note, terminal)}${end}`)
    },
    finish: (says) => terminal.err(`${clear}${says}\n`),
    clear: () => terminal.err(clear),
  }
}

function lineOf(label: string, done: number, total: number, seconds: number, note: string | undefined, terminal: Terminal): string {
  const share = total > 0 ? Math.min(1, done / total) : 1
  const rate = seconds > 0 ? done / seconds : 0
  const left = note ?? (rate > 0 && share < 1 ? `${formatBytes(rate)}/s, ${formatSeconds((total - done) / rate)} left` : '')
  const figures = `${Math.floor(share * 100)} % of ${formatBytes(total)}${left ? `, ${left}` : ''}`
  if (!terminal.isWatched) return `${label}: ${figures}`
  const room = terminal.columns - 1 - label.length - figures.length - 2
  return `${label} ${barOf(share, room)}${figures}`.slice(0, terminal.columns - 1)
}

/** With a space behind it; nothing where there is no room. */
function barOf(share: number, room: number): string {
  const length = Math.min(BAR, room)
  if (length < SHORTEST_BAR) return ''
  const filled = Math.round(share * length)
  return `${'█'.repeat(filled)}${'░'.repeat(length - filled)} `
}
