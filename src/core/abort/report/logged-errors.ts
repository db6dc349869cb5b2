import type { EvidenceFile, Question } from '../../diagnosis/question.ts'
import { isoOf, originalOrdinal } from '../../diagnosis/refs.ts'
import type { Diagnosis, Ref } from '../../diagnosis/schema.ts'
import { decodeErrors } from '../../logs/errors/decode.ts'
import type { Capture } from '../captures/read-capture.ts'
import type { Investigation } from '../investigate.ts'
import { offsetOf } from '../logs/choose-error.ts'
import type { LoggedError } from '../logs/read-evidence-log.ts'

const MOST_OTHER_ERRORS = 50

/** Where a log's record stands; `at` on the reference clock. */
export function lineRef(file: EvidenceFile, line: number, at: number, stampedAt: string): Ref {
  const stamp = isoOf(at)
  const original = originalOrdinal(file.receipt, line)
  return {
    file: file.file,
    line,
    ...(original === undefined ? {} : { originalLine: original }),
    ...(stamp ? { at: stamp } : {}),
    stampedAt,
  }
}

/** The error that the case is about: the log's record, else the ticket's words. */
export function reportedErrorOf({ files, error, logClocks }: Investigation, question: Question): Diagnosis['reportedError'] {
  const file = error && files[error.input]
  if (error && file) {
    const { event } = error
    const { canonical, codes, proves, doesNotProve } = error.decoded
    return {
      canonical,
      codes: [...codes],
      ref: lineRef(file, event.line, event.at - offsetOf(logClocks, error.input), event.stampedAt),
      proves,
      doesNotProve,
    }
  }
  const [said] = question.error === undefined ? [] : decodeErrors(question.error)
  return said
    ? { canonical: said.canonical, codes: [...said.codes], ref: null, proves: said.proves, doesNotProve: said.doesNotProve }
    : null
}

/** Other errors of the logs, nearest to the incident first, and which capture covers them. */
export function otherErrorsOf(found: Investigation): Diagnosis['otherErrors'] {
  const { files, logs, captures, error, incident, logClocks } = found
  const when = (one: LoggedError) => one.event.at - offsetOf(logClocks, one.input)
  const around = incident?.at ?? (error ? when(error) : 0)
  const rest = logs.flatMap((log) => log.errors).filter((one) => one.event !== error?.event)
  rest.sort((a, b) => Math.abs(when(a) - around) - Math.abs(when(b) - around) || when(a) - when(b))
  const coveredBy = (at: number): string | null => {
    const capture = captures.find((one) => {
      const there = at + aheadOf(found, one)
      return there >= one.from && there <= one.until
    })
    return (capture && files[capture.members[0]?.input ?? -1]?.file) ?? null
  }
  return rest.slice(0, MOST_OTHER_ERRORS).map((one) => {
    const { peer } = one.event
    return {
      at: isoOf(when(one)) ?? '',
      code: one.decoded.codes[0] ?? one.decoded.canonical,
      peer: peer ? (peer.port === undefined ? peer.ip : `${peer.ip}:${peer.port}`) : null,
      coveredBy: coveredBy(when(one)),
    }
  })
}

/** A capture's clock − the reference clock: as measured by the subject, else as stated for both. */
function aheadOf({ observations }: Investigation, capture: Capture): number {
  const measured = observations.find(({ view }) => view.capture === capture)
  if (measured) return measured.offset
  const stated = (one: Capture | undefined) => one?.members[0]?.file.options.clockOffset ?? 0
  return stated(capture) - stated(observations[0]?.view.capture)
}
