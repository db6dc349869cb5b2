import type { Sink, Source } from '../bytes/chunks.ts'
import { type CutLogOptions, type Cutting, cutLog, type LogCut, logCut, startCut } from './cut-log.ts'
import { nearOf } from './cut-report.ts'
import { type OpenedLog, openLog } from './open-log.ts'
import type { RecordStart, RecordTaker } from './record-reader.ts'
import { StampResolver } from './resolve-stamp.ts'

const HEAD = 131_072 // bytes, as openLog looks at
const PROBE = 65_536 // bytes
const CLOSE = 262_144 // bytes: the bisection ends when so little is left
const MAX_PROBES = 40

/** Seconds by which records may stand behind later ones: threads that write late. */
const DISORDER = 60
/** The same where stamps are local times: an autumn night writes an hour twice. */
const LOCAL_DISORDER = 7200

/** A log's cut, and whether it was found by seeking: then counts, range and quality are of what was read, and there are no ordinals. */
export interface SoughtCut {
  readonly cut: LogCut
  readonly seeked: boolean
}

/**
 * Cuts by reading little more than the window, where the log can be bisected by time; else in one pass. `open` gives a fresh output, and
 * is called again when the seek's cannot be trusted.
 *
 * Only plain text of one-byte characters is sought, with a year in each stamp and the day order known. Keeps what `cutLog` keeps, provided
 * that no record stands more than a minute behind a later one (two hours where stamps are local times): what can be seen of that on the
 * way is checked.
 *
 * @throws {InputError} as cutLog
 */
export async function cutLogSource(source: Source, options: CutLogOptions, open: () => Sink | Promise<Sink>): Promise<SoughtCut> {
  const cut = await cutLogBySeek(source, options, await open())
  return cut === undefined ? { cut: await cutLog(source.open(), options, await open()), seeked: false } : { cut, seeked: true }
}

async function cutLogBySeek({ read, openFrom, size }: Source, options: CutLogOptions, sink: Sink): Promise<LogCut | undefined> {
  if (read === undefined || openFrom === undefined || size === undefined || size < 2 * HEAD) return undefined
  const opened = await openLog([await read(0, HEAD)], options)
  const cutting = startCut(opened, options)
  if (!isFit(opened, options) || cutting.taker.dayOrder.from === 'assumed') return undefined
  const disorder = /^(?:UTC|[+-])/.test(cutting.zone.zone.name) ? DISORDER : LOCAL_DISORDER
  const offset = options.fileOptions?.clockOffset ?? 0
  const from = Number(options.window.fromNs) / 1e9 + offset - disorder
  const until = Number(options.window.toNs) / 1e9 + offset + disorder
  const probe = async (at: number, order: Order): Promise<Dated | undefined> => {
    const found = firstDated(cutting, options, await read(at, PROBE), at)
    return found && order.add(found) ? found : undefined
  }
  const start = await bisect(probe, size, from, disorder)
  if (start === undefined) return undefined
  const { taker, reader } = cutting
  let reachedEnd = true
  for await (const chunk of openFrom(start)) {
    taker.chunk = chunk
    reader.push(chunk)
    for (const piece of taker.takeKept()) await sink(piece)
    const { digest, isInside } = taker.chosen
    if (digest.lastSeconds < until || isInside) continue
    reachedEnd = false
    break
  }
  if (reachedEnd) reader.end()
  taker.end()
  for (const piece of taker.takeKept()) await sink(piece)
  const { lateBy, impossible, keptRecords } = taker.chosen
  // Nothing kept: only the whole file can say by how much it missed.
  if (lateBy > disorder || impossible > 0 || keptRecords === 0) return undefined
  return { ...logCut(cutting, options), ordinals: [] }
}

const isFit = ({ head, format }: OpenedLog, { fileOptions, keepHeader }: CutLogOptions): boolean =>
  format.id === 'text' &&
  head.encoding.unit === 1 &&
  head.encoding.bomLength === 0 &&
  fileOptions?.keepUndated !== true &&
  keepHeader !== true

/** A record somewhere in the file. */
interface Dated {
  readonly offset: number
  readonly seconds: number
}

/** Offset of a record older than `from`, close to the first that is not; 0 where there is none; undefined where order does not hold. */
async function bisect(
  probe: (at: number, order: Order) => Promise<Dated | undefined>,
  size: number,
  from: number,
  disorder: number,
): Promise<number | undefined> {
  const order = new Order(disorder)
  if ((await probe(0, order)) === undefined || (await probe(size - PROBE, order)) === undefined) return undefined
  let low = 0
  let high = size
  for (let probes = 0; high - low > CLOSE; probes++) {
    if (probes === MAX_PROBES) return low
    const middle = low + Math.floor((high - low) / 2)
    const found = await probe(middle, order)
    if (found === undefined) return undefined
    if (found.seconds < from) low = found.offset
    else high = middle
  }
  return low
}

/** Records seen at offsets: each may stand behind one before it by the disorder at most. */
class Order {
  readonly #disorder: number
  readonly #seen: Dated[] = []

  constructor(disorder: number) {
    this.#disorder = disorder
  }

  /** False where the order does not hold. */
  add(found: Dated): boolean {
    const holds = this.#seen.every((other) => {
      const [earlier, later] = other.offset <= found.offset ? [other, found] : [found, other]
      return later.seconds >= earlier.seconds - this.#disorder
    })
    this.#seen.push(found)
    return holds
  }
}

/** The first record that starts in `bytes`, which stand at `at` in the file; undefined where none does, or its stamp leaves the year open. */
function firstDated({ opened, taker, zone }: Cutting, options: CutLogOptions, bytes: Uint8Array, at: number): Dated | undefined {
  const lineStart = at === 0 ? 0 : bytes.indexOf(LF) + 1
  if (at > 0 && lineStart === 0) return undefined
  const { dayFirst, from } = taker.dayOrder
  const resolver = new StampResolver({
    zone: zone.zone,
    near: nearOf(options),
    dayFirst: from === 'not needed' ? 'nearest' : dayFirst,
    dateHint: undefined,
  })
  const first = new FirstStamp(resolver)
  opened.format.open(opened.head, first).push(bytes.subarray(lineStart))
  return first.found && { ...first.found, offset: at + lineStart + first.found.offset }
}

const LF = 10

/** Takes the first dated record, and no more. */
class FirstStamp implements RecordTaker {
  found: Dated | undefined
  readonly #resolver: StampResolver
  #isOpen = true

  constructor(resolver: StampResolver) {
    this.#resolver = resolver
  }

  begin({ stamp, offset }: RecordStart): void {
    if (!this.#isOpen || stamp === undefined) return
    this.#isOpen = false
    const seconds = stamp.year === undefined && stamp.epochSeconds === undefined ? Number.NaN : this.#resolver.resolve(stamp)
    if (!Number.isNaN(seconds)) this.found = { offset, seconds }
  }

  piece(): void {
    // A probe wants the stamp alone.
  }

  header(): void {
    // Nor this.
  }

  frame(): void {
    // Nor this.
  }

  date(): void {
    // Bare times are not sought.
  }
}
