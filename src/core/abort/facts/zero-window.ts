import { otherRole, type Role, RST, type Segment, SYN } from '../../tcp/segment.ts'

/** A time in which one side's receive window was closed: RFC 9293 §3.8.6.1. */
export interface ZeroWindow {
  /** Whose window: the side that stopped reading. */
  readonly reader: Role
  readonly closedBy: Segment
  /** Undefined: it never reopened. */
  readonly reopenedBy: Segment | undefined
  readonly probes: readonly Segment[]
  /** Answers of the reader while it was closed: its stack lives. */
  readonly answers: readonly Segment[]
  /** The sender had filled the window: data were waiting. */
  readonly senderWaits: boolean
}

/** All episodes of the reader's closed window, in time order. */
export function zeroWindowsOf(segments: readonly Segment[], reader: Role): ZeroWindow[] {
  const writer = otherRole(reader)
  const episodes: { closedBy: Segment; reopenedBy: Segment | undefined; probes: Segment[]; answers: Segment[]; waits: boolean }[] = []
  let open: (typeof episodes)[number] | undefined
  for (const segment of segments) {
    if (segment.copy || segment.flags & (RST | SYN)) continue
    if (segment.from === reader) {
      if (segment.window === 0) {
        if (open) open.answers.push(segment)
        else {
          open = { closedBy: segment, reopenedBy: undefined, probes: [], answers: [], waits: false }
          episodes.push(open)
        }
      } else if (open) {
        open.reopenedBy = segment
        open = undefined
      }
    } else if (open && segment.from === writer) {
      if (segment.kind === 'zero-window-probe') open.probes.push(segment)
      if (segment.kind === 'zero-window-probe' || segment.kind === 'retransmission') open.waits = true
    }
  }
  return episodes.map(({ waits, ...episode }) => ({ reader, ...episode, senderWaits: waits }))
}
