import type { Source } from '../bytes/chunks.ts'
import type { CutReceipt, FileOptions } from '../intake/receipt.ts'
import type { Window } from '../time/window.ts'

/** One evidence file as the engine reads it: cut already (service, page) or whole (command line, where `receipt` is undefined). */
export interface EvidenceFile {
  /** Entry path in the bundle: `captures/…` or `logs/…`. What every `ref.file` says. */
  readonly file: string
  /** The upload's base name. */
  readonly name: string
  readonly kind: 'capture' | 'log'
  readonly source: Source
  readonly options: FileOptions
  readonly receipt: CutReceipt | undefined
  /** The part to look at, on the file's own clock; undefined: all of it. */
  readonly within?: Window | undefined
}

/** What is known about the incident. */
export interface Question {
  /** On the reference clock, nanoseconds since the epoch; undefined: the latest error that a capture covers, else the latest abnormal end. */
  readonly incidentAtNs: bigint | undefined
  /** What may be looked at (already widened by the tolerance); undefined: the whole files. */
  readonly window: Window | undefined
  readonly toleranceSeconds: number
  readonly host: string | undefined
  readonly peer: { readonly ip: string; readonly port: number | undefined } | undefined
  /** IANA name or `+HH:MM`, for logs that name no zone. */
  readonly timezone: string | undefined
  /** Error text or code from the ticket. */
  readonly error: string | undefined
  readonly revision: number
  /** Free text names belong to the capture's payload: true when payload was stripped, so that `peerAnswer.text` is null. */
  readonly payloadStripped: boolean
}
