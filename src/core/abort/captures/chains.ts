import type { TrackedConnection } from '../../tcp/connection.ts'
import type { Capture } from './read-capture.ts'

/** dumpcap and tshark name ring-buffer files `STEM_NNNNN_YYYYMMDDhhmmss.pcapng` (dumpcap(1), option -b). */
const RING_NAME = /^(.*)_(\d{5})_(\d{14})(\.[a-z.]+)?$/i

/** Files of one ring buffer follow each other at once; overlap beyond this (seconds) means two captures. */
const OVERLAP = 0.05
/** Without a ring's name a piece must follow within so many seconds, and go on with a connection of the one before. */
const LONGEST_PAUSE = 120

/**
 * Which files are pieces of one capture: groups in time order, each group the files of one place. Decided by content (a connection
 * that goes on in the next file, disjoint times) or by a ring buffer's names with disjoint times; never by names alone.
 */
export function chainsOf(captures: readonly Capture[]): Capture[][] {
  const inOrder = captures.filter((one) => !Number.isNaN(one.from) && Number.isFinite(one.from)).sort((a, b) => a.from - b.from)
  const chains: Capture[][] = []
  for (const capture of inOrder) {
    const chain = chains.find((one) => follows(one.at(-1), capture))
    if (chain) chain.push(capture)
    else chains.push([capture])
  }
  const undated = captures.filter((one) => !inOrder.includes(one)).map((one) => [one])
  return [...chains, ...undated].sort((a, b) => firstInput(a) - firstInput(b))
}

const firstInput = (chain: readonly Capture[]): number => Math.min(...chain.flatMap((one) => one.members.map(({ input }) => input)))

function follows(before: Capture | undefined, after: Capture): boolean {
  if (!before || after.from < before.until - OVERLAP) return false
  const [a, b] = [ringOf(before), ringOf(after)]
  if (a && b) return a.stem === b.stem && a.number < b.number
  return after.from - before.until <= LONGEST_PAUSE && goesOn(before, after)
}

/** Which ring buffer a file's name says it is of, and which file of it. */
export function ringNameOf(name: string): { readonly stem: string; readonly number: number } | undefined {
  const match = RING_NAME.exec(name)
  return match ? { stem: match[1] ?? '', number: Number(match[2]) } : undefined
}

const ringOf = (capture: Capture) => ringNameOf(capture.members[0]?.file.name ?? '')

const tuple = ({ originator, responder }: TrackedConnection): string =>
  [`${originator.ip} ${originator.port}`, `${responder.ip} ${responder.port}`].sort().join(' ')

const isOver = ({ connState, originator, responder }: TrackedConnection): boolean =>
  connState === 'SF' || originator.resets + responder.resets > 0

/**
 * A connection of the first that is in the second as well, where it has no beginning; none that begins in both, and none that goes on
 * after its end: that one was seen at two places, with two clocks.
 */
function goesOn(before: Capture, after: Capture): boolean {
  const known = new Map<string, TrackedConnection>()
  for (const connection of before.connections) if (known.size < 50_000) known.set(tuple(connection), connection)
  let shared = 0
  for (const connection of after.connections) {
    const earlier = known.get(tuple(connection))
    if (!earlier) continue
    if (connection.originatorBy === 'syn' && earlier.originatorBy === 'syn' && earlier.connState !== 'SF') return false
    if (connection.originatorBy === 'syn') continue
    if (isOver(earlier)) return false
    shared++
  }
  return shared > 0
}
