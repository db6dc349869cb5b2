import type { CaptureSummary } from '../../capture/summary.ts'
import type { EvidenceFile } from '../../diagnosis/question.ts'
import { isoOf } from '../../diagnosis/refs.ts'
import type { Diagnosis } from '../../diagnosis/schema.ts'
import type { Member } from '../captures/read-capture.ts'
import type { Investigation } from '../investigate.ts'
import type { EvidenceLog } from '../logs/read-evidence-log.ts'

type Input = Diagnosis['inputs'][number]

/** Every file that was asked about, readable or not, in the order it was given. */
export function inputsOf({ files, captures, logs }: Investigation): Input[] {
  const members = new Map(captures.flatMap((capture) => capture.members).map((member) => [member.input, member]))
  const read = new Map(logs.map((log) => [log.input, log]))
  return files.map((file, input) => {
    const member = members.get(input)
    const log = read.get(input)
    const base = member ? captureInput(member) : log ? logInput(log) : UNREAD
    const { receipt } = file
    return {
      file: file.file,
      name: file.name,
      ...base,
      // As it was cut: in a bundle the same packets lie in another container, and asked again the answer is the same.
      format: receipt?.format ?? base.format,
      size: receipt?.kept.bytes ?? file.source.size ?? 0,
      sha256: receipt?.kept.sha256 ?? null,
      source: receipt
        ? { size: receipt.source.size, recordsSeen: receipt.source.recordsSeen, sha256: receipt.source.sha256 }
        : { size: file.source.size ?? null, recordsSeen: base.recordsKept, sha256: null },
      options: optionsOf(file),
      quality: withoutRepeats(receipt?.quality ?? [], base.quality),
    }
  })
}

const UNREAD = { format: 'unknown', recordsKept: 0, from: null, to: null, quality: ['could not be read'] }

/** The receipt tells of the whole upload, and of the snaplen what is said of the cut file anyway. */
function withoutRepeats(uploaded: readonly string[], kept: readonly string[]): string[] {
  const isSliced = kept.some((said) => said.endsWith('(snaplen)'))
  return [...new Set([...uploaded.filter((said) => !(isSliced && said.endsWith('by the snaplen'))), ...kept])]
}

const instant = (at: { readonly seconds: number; readonly nanoseconds: number } | undefined): string | null =>
  at ? isoOf(at.seconds + at.nanoseconds / 1e9) : null

const captureInput = ({ summary, compression }: Member) => ({
  format: summary.format,
  recordsKept: summary.frames,
  from: instant(summary.earliest),
  to: instant(summary.latest),
  quality: [...captureQuality(summary), ...(compression.damage ? [compression.damage.says] : [])],
})

/** What is not as it should be, each in words: what a capture may hide. */
export function captureQuality(summary: CaptureSummary): string[] {
  const { drops, slicedFrames, frames, framesWithoutTime, disorder, damageCount, bytesSkipped } = summary
  const shortest = Math.min(...summary.interfaces.map(({ snaplen }) => (snaplen > 0 ? snaplen : Number.POSITIVE_INFINITY)))
  return [
    drops ? `the capturing machine lost ${drops} ${drops === 1 ? 'packet' : 'packets'}` : '',
    slicedFrames > 0 ? `${slicedFrames} of ${frames} packets were cut${shortest < 65_535 ? ` to ${shortest} bytes` : ''} (snaplen)` : '',
    framesWithoutTime > 0 ? `${framesWithoutTime} ${framesWithoutTime === 1 ? 'packet has' : 'packets have'} no time stamp` : '',
    disorder.frames > 0 && disorder.maxSeconds > 1 ? `time goes back by up to ${disorder.maxSeconds.toFixed(3)} s` : '',
    damageCount > 0 ? `damaged in ${damageCount} place${damageCount > 1 ? 's' : ''}, ${bytesSkipped} bytes skipped` : '',
  ].filter(Boolean)
}

const logInput = (log: EvidenceLog) => ({
  format: log.file.receipt?.format ?? 'log',
  recordsKept: log.records,
  from: isoOf(log.from),
  to: isoOf(log.until),
  quality: log.damage ? [log.damage] : [],
})

const optionsOf = ({ options, receipt }: EvidenceFile): Record<string, unknown> => {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined))
  return { ...receipt?.options, ...given }
}
