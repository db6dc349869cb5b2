import type { EvidenceFile, Question } from '../../diagnosis/question.ts'
import { isoOf, originalOrdinal } from '../../diagnosis/refs.ts'
import type { Diagnosis, Ref } from '../../diagnosis/schema.ts'
import { decodeErrors } from '../../logs/errors/decode.ts'
import type { Investigation } from '../investigate.ts'
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
export function reportedErrorOf({ files, error }: Investigation, question: Question): Diagnosis['reportedError'] {
  const file = error && files[error.input]
  if (error && file) {
    const { canonical, codes, proves, doesNotProve } = error.decoded
    return { canonical, codes: [...codes], ref: lineRef(file, error.line, error.at, error.stampedAt), proves, doesNotProve }
  }
  const [said] = question.error === undefined ? [] : decodeErrors(question.error)
  return said
    ? { canonical: said.canonical, codes: [...said.codes], ref: null, proves: said.proves, doesNotProve: said.doesNotProve }
    : null
}

/** Other errors of the logs, nearest to the incident first, and which capture covers them. */
export function otherErrorsOf({ files, logs, captures, error, incident }: Investigation): Diagnosis['otherErrors'] {
  const around = incident?.at ?? error?.at ?? 0
  const rest = logs.flatMap((log) => log.errors).filter((one) => one !== error)
  rest.sort((a, b) => Math.abs(a.at - around) - Math.abs(b.at - around) || a.at - b.at)
  const coveredBy = (one: LoggedError): string | null => {
    const capture = captures.find(({ from, until }) => one.at >= from && one.at <= until)
    return (capture && files[capture.members[0]?.input ?? -1]?.file) ?? null
  }
  return rest.slice(0, MOST_OTHER_ERRORS).map((one) => ({
    at: isoOf(one.at) ?? '',
    code: one.decoded.codes[0] ?? one.decoded.canonical,
    peer: one.peer ? (one.peer.port === undefined ? one.peer.ip : `${one.peer.ip}:${one.peer.port}`) : null,
    coveredBy: coveredBy(one),
  }))
}
