import type { KeptMap } from '../client/sender-privacy.ts'
import type { PrivacySettings } from '../core/diagnosis/privacy/privacy.ts'
import type { PseudonymMap } from '../core/diagnosis/privacy/pseudonyms.ts'
import type { NamedByCase } from '../core/diagnosis/privacy/text.ts'
import type { Diagnosis } from '../core/diagnosis/schema.ts'
import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import type { Window } from '../core/time/window.ts'

/** What the page asks its worker, and what the worker answers. Everything here survives a structured clone. */

export interface ChosenFile {
  readonly file: File
  readonly options: FileOptions
}

/** How a case wants its files cut. */
export interface CutOrder {
  /** Undefined: nothing is kept, the file is only read. */
  readonly window: Window | undefined
  /** IANA name or `+HH:MM`, for logs that name no zone. */
  readonly timezone: string | undefined
  readonly scope: 'all' | 'peers'
  readonly host: string | undefined
  readonly peer: string | undefined
  /** The case's error, text or code: tells a log's error that a clock has moved out of the window. */
  readonly error: string | undefined
  readonly incidentAtNs: bigint | undefined
  /** `privacy: {payload: strip}`: nothing behind the TCP header leaves. */
  readonly stripPayload: boolean
  /** `privacy: {addresses: pseudonymise}`: with the map so far and the names the case lists; undefined: addresses stay. */
  readonly pseudonyms: { readonly map: KeptMap | undefined; readonly listed: NamedByCase } | undefined
}

/** What a person knows of the incident: the page's form of the engine's question. */
export interface LocalQuestion {
  readonly incidentAtNs: bigint | undefined
  readonly host: string | undefined
  readonly peer: string | undefined
  readonly timezone: string | undefined
}

export type EngineJob =
  /** Reads one file whole and cuts it as ordered. */
  | { readonly kind: 'inspect'; readonly chosen: ChosenFile; readonly order: CutOrder }
  /** Compares the clocks of a case's captures. */
  | { readonly kind: 'clocks'; readonly files: readonly ChosenFile[]; readonly order: CutOrder }
  | { readonly kind: 'diagnose'; readonly files: readonly ChosenFile[]; readonly question: LocalQuestion }
  | { readonly kind: 'bundle'; readonly files: readonly ChosenFile[]; readonly question: LocalQuestion; readonly privacy: PrivacySettings }

/** One evidence file that the worker cut. */
export interface BlobCut {
  readonly receipt: CutReceipt
  readonly kept: Blob
  readonly sendAs: string
  readonly options: FileOptions
}

export interface EngineResults {
  readonly inspect: { readonly cuts: readonly BlobCut[]; readonly map: KeptMap | undefined }
  /** The files' options, with the clock offset where one would be cut at the wrong place. */
  readonly clocks: { readonly options: readonly FileOptions[] }
  readonly diagnose: { readonly diagnosis: Diagnosis; readonly html: string; readonly markdown: string }
  /** `map` where addresses were renamed. */
  readonly bundle: { readonly zip: Blob; readonly map: PseudonymMap | undefined }
}

export interface EngineRequest {
  readonly id: number
  readonly job: EngineJob
}

export type EngineReply =
  | { readonly id: number; readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly id: number; readonly kind: 'done'; readonly result: EngineResults[keyof EngineResults] }
  | { readonly id: number; readonly kind: 'failed'; readonly message: string; readonly advice: string }
