import { basename } from 'node:path'
import type { Diagnosis } from '../../src/core/diagnosis/schema.ts'
import { accepted, type Truth } from './truth.ts'

/** One answer, held against the truth. */
export interface Row {
  readonly name: string
  readonly expected: string
  readonly parties: string
  readonly got: string
  readonly party: string
  readonly confidence: number
  readonly partyConfidence: number
  readonly outcome: 'right' | 'wrong' | 'unanswered'
  readonly exact: boolean
  readonly partyRight: boolean
  readonly wrongParty: boolean
  readonly mechanismRight: boolean
  readonly decisive: boolean | undefined
  readonly subject: boolean
  readonly errorLine: boolean | undefined
}

function sameConnection(connection: Diagnosis['connection'], { subject, frames }: Truth): boolean {
  const unseen = frames?.flow_frames === 0
  if (!connection) return unseen
  const same = (end: { ip: string; port: number | null }, ip: string, port: number) =>
    end.ip === ip && (end.port === port || (unseen && end.port == null))
  return [connection, ...connection.observations].some(
    (view) => same(view.host, subject.server_ip, subject.server_port) && same(view.peer, subject.printer_ip, subject.printer_port),
  )
}

function pointsAt(diagnosis: Diagnosis, truth: Truth): boolean {
  const captures = truth.captures ?? [{ file: truth.capture_file, abort_frame: truth.abort_frame }]
  const frameIn = new Map(captures.map((capture) => [capture.file, capture.abort_frame]))
  return diagnosis.evidence.some(({ refs }) =>
    refs.some((ref) => {
      const wanted = frameIn.get(basename(ref.file))
      return wanted != null && (ref.originalFrame ?? ref.frame) === wanted
    }),
  )
}

/** Holds a diagnosis against what is true. */
export function rowOf(diagnosis: Diagnosis, truth: Truth): Row {
  const { verdict } = diagnosis
  const { causes, parties, mechanisms } = accepted(truth)
  const right = causes.includes(verdict.cause)
  const partyRight = parties.includes(verdict.abortedBy)
  const chained = (truth.captures ?? []).some((capture) => capture.chain)
  return {
    name: truth.name,
    expected: causes[0] ?? '',
    parties: parties.join('|'),
    got: verdict.cause,
    party: verdict.abortedBy,
    confidence: verdict.confidence ?? 0,
    partyConfidence: verdict.partyConfidence ?? verdict.confidence ?? 0,
    outcome: right ? 'right' : verdict.cause === 'undetermined' ? 'unanswered' : 'wrong',
    exact: verdict.cause === causes[0],
    partyRight,
    wrongParty: !partyRight && verdict.abortedBy !== 'undetermined',
    mechanismRight: mechanisms.includes(verdict.mechanism),
    decisive: truth.abort_frame == null || chained || verdict.cause === 'undetermined' ? undefined : pointsAt(diagnosis, truth),
    subject: truth.benign || sameConnection(diagnosis.connection, truth),
    errorLine:
      truth.log?.line == null
        ? undefined
        : (diagnosis.reportedError?.ref?.originalLine ?? diagnosis.reportedError?.ref?.line) === truth.log.line,
  }
}

export const isAnswered = (row: Row): boolean => row.got !== 'undetermined'
