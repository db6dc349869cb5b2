import { countOf, formatBytes, formatCount } from '../../client/figures.ts'
import type { Source } from '../../core/bytes/chunks.ts'
import { DAMAGE_ADVICE, type DecompressionReport, decompress, newReport, sniffCompression } from '../../core/bytes/decompress.ts'
import { type CutFacts, type CutOptions, cutCapture } from '../../core/capture/cut.ts'
import { cutSource } from '../../core/capture/cut-seek.ts'
import { captureFormat, SNIFF_BYTES } from '../../core/capture/formats.ts'
import { InputError } from '../../core/errors.ts'
import { peerScope } from '../../core/intake/peer-scope.ts'
import type { FileOptions } from '../../core/intake/receipt.ts'
import type { Window } from '../../core/time/window.ts'
import type { Arguments } from '../arguments.ts'
import { type Command, type ExitCode, type Terminal, UsageError } from '../command.ts'
import { readEndpoint } from '../endpoint.ts'
import { fileSource } from '../file-source.ts'
import { OUTPUT_OPTION, type Output, withOutput } from '../output.ts'
import { plainFileArguments } from '../plain-file-argument.ts'
import { instantOption } from '../time-options.ts'

export const trim: Command = {
  synopsis: '--from T --to T [--timezone TZ] [--only-peer IP] [-o OUT] FILE',
  about: `Keeps exactly the packets or log records with --from <= time < --to, byte for byte, in the file's own format. gz and zst are
unpacked; -o OUT.gz packs again. A log record is kept whole, its stack trace included. With -o OUT, what is larger than 64 MiB and in time
order is found by seeking: records more than a minute late (packets more than a second) are then missed.`,
  options: [
    { name: 'from', value: 'T', says: 'the first moment that is kept, like 2025-01-15T08:45:00Z' },
    { name: 'to', value: 'T', says: 'the first moment that is not' },
    { name: 'timezone', value: 'TZ', says: 'of a log (and times here) that names none: Europe/Berlin or +01:00' },
    { name: 'only-peer', value: 'IP', says: 'of a capture, only packets to and from this address, with its ARP and ICMP' },
    { name: 'keep-header', says: "keep what belongs to no record too: W3C's # lines, a CSV's column names" },
    OUTPUT_OPTION,
  ],
  examples: ['hangup trim --from 2025-01-15T08:45:00Z --to 2025-01-15T08:50:00Z -o small.pcapng trace.pcapng.gz'],
  run,
}

interface Kept {
  readonly noun: 'packet' | 'record'
  readonly records: number
  /** Undefined after a seek, which does not read all. */
  readonly seen: number | undefined
  readonly bytes: number
  readonly notes: readonly string[]
}

async function run(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  const [file, more] = await plainFileArguments(args.files)
  if (file === undefined || more !== undefined) throw new UsageError('name one file; trim several one after the other')
  const window = windowOption(args, terminal)
  const source = await fileSource(file.path)
  const kept = await withOutput(args, terminal, (output) => cut(source, file.options, window, args, output))
  for (const note of kept.notes) terminal.err(`hangup: ${source.name}: ${note}\n`)
  const size = source.size === undefined ? '' : ` of ${formatBytes(source.size)}`
  const of = kept.seen === undefined ? countOf(kept.records, kept.noun) : `${formatCount(kept.records)} of ${countOf(kept.seen, kept.noun)}`
  const says = `${of} kept, ${formatBytes(kept.bytes)}${size}`
  terminal.err(`hangup: ${source.name}: ${says}\n`)
  return 0
}

function windowOption(args: Arguments, terminal: Terminal): Window {
  const fromNs = instantOption('from', args, terminal)
  const toNs = instantOption('to', args, terminal)
  if (fromNs === undefined || toNs === undefined) throw new UsageError('which time? Give --from T and --to T')
  if (toNs <= fromNs) throw new UsageError('--to must be later than --from')
  return { fromNs, toNs }
}

async function cut(source: Source, options: FileOptions, window: Window, args: Arguments, output: Output): Promise<Kept> {
  const head = await headOf(source)
  const compression = sniffCompression(head)
  if (compression === 'zip') throw new InputError('convert-first', `${source.name} is a zip`, 'Unpack it, and trim the files in it.')
  const report = newReport()
  const plain = compression === 'none' ? source : { name: source.name, open: () => decompress(source.open(), report) }
  const isCapture = options.kind === 'capture' || captureFormat(compression === 'none' ? head : await unpackedHead(source)) !== undefined
  const onlyPeer = args.text('only-peer')
  if (isCapture) {
    const keep = onlyPeer === undefined ? undefined : peerScope(readEndpoint('--only-peer', onlyPeer).ip)
    const facts = await cutPackets(plain, { window, clockOffset: options.clockOffset, keep }, output)
    return {
      noun: 'packet',
      records: facts.kept.records,
      seen: facts.seeked ? undefined : facts.capture.frames,
      bytes: facts.kept.bytes,
      notes: [...unpackingNotes(report), ...facts.capture.damage.map(({ says }) => says)],
    }
  }
  if (onlyPeer !== undefined) throw new UsageError('--only-peer is for captures; this is a log')
  const { trimLog } = await import('../trim-log.ts')
  const request = {
    window,
    fileOptions: options,
    caseTimezone: args.text('timezone'),
    fileName: source.name,
    keepHeader: args.has('keep-header'),
    digest: false,
  }
  const trimmed = await trimLog(plain, request, output, isLarge(source))
  return { ...trimmed, noun: 'record', notes: [...unpackingNotes(report), ...trimmed.notes] }
}

const unpackingNotes = ({ damage }: DecompressionReport): string[] => (damage ? [`${damage.says}. ${DAMAGE_ADVICE[damage.code]}`] : [])

/** Below this reading all costs a tenth of a second, and needs no time order. */
const isLarge = ({ size }: Source): boolean => (size ?? 0) >= 64 * 1024 * 1024

/** By seek where the output can begin again, should the seek meet what it cannot trust. */
async function cutPackets(source: Source, options: CutOptions, { sink, restart }: Output): Promise<CutFacts> {
  if (!restart || !isLarge(source)) return cutCapture(source.open(), options, sink)
  return cutSource(source, options, async () => {
    await restart()
    return sink
  })
}

async function headOf(source: Source): Promise<Uint8Array> {
  if (!source.read) throw new UsageError(`${source.name} is no regular file`)
  return source.read(0, SNIFF_BYTES)
}

async function unpackedHead(source: Source): Promise<Uint8Array> {
  for await (const chunk of decompress(source.open(), newReport())) return chunk.slice(0, SNIFF_BYTES)
  return new Uint8Array()
}
