import { isData, type Role, type Segment } from '../../tcp/segment.ts'
import type { Ladder } from './ladder.ts'

/** Which sizes of one side's segments arrived, before and after the trouble began. */
export interface LossBySize {
  /** Payload bytes of the segment that never arrived. */
  readonly lost: number
  /** Largest payload that was delivered at any time, and of what was first sent after the trouble began. */
  readonly largestEver: number
  readonly largestSince: number
  /** Smaller ones that were delivered although sent after the lost one. */
  readonly smallerSince: readonly Segment[]
  /** Smaller ones delivered before. */
  readonly smallerBefore: readonly Segment[]
  /** As large or larger, delivered although sent after the lost one: speaks against a limit of size. */
  readonly largerSince: readonly Segment[]
  /** Never delivered segments at least as large as the lost one, without repetitions. */
  readonly lostLarge: number
  readonly lostSmall: number
}

export function lossBySize(segments: readonly Segment[], role: Role, ladder: Ladder): LossBySize | undefined {
  const first = ladder.sends[0]
  if (!first || ladder.what !== 'data') return undefined
  const own = segments.filter((segment) => segment.from === role && isData(segment) && !segment.copy)
  const delivered = own.filter((segment) => segment.deliveredAt !== undefined && !segment.superseded)
  const isSince = (segment: Segment) => segment.at >= first.at
  const lost = Math.max(...ladder.sends.map((send) => send.length))
  const sizes = (list: readonly Segment[]) => Math.max(0, ...list.map((segment) => segment.length))
  const open = own.filter((segment) => segment.deliveredAt === undefined && segment.kind === 'data')
  return {
    lost,
    largestEver: sizes(delivered),
    largestSince: sizes(delivered.filter(isSince)),
    smallerSince: delivered.filter((segment) => isSince(segment) && segment.length < lost),
    smallerBefore: delivered.filter((segment) => !isSince(segment) && segment.length < lost),
    largerSince: delivered.filter((segment) => isSince(segment) && segment.length >= lost),
    lostLarge: open.filter((segment) => segment.length >= lost).length,
    lostSmall: open.filter((segment) => segment.length < lost).length,
  }
}
