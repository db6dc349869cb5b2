import type { CaseQuestion } from '../cases/question.ts'
import type { ReceiptSummary } from '../cases/receipt-summary.ts'
import type { FileOptions } from '../core/intake/receipt.ts'

export type CaseStatus = 'open' | 'queued' | 'diagnosing' | 'diagnosed' | 'failed'

/** One support incident. Times here and below are milliseconds since the Unix epoch. */
export interface CaseRecord {
  readonly id: string
  readonly tenant: string
  /** Grows with every change: the ETag, and what optimistic updates compare. */
  readonly version: number
  readonly status: CaseStatus | 'deleted'
  readonly question: CaseQuestion
  readonly createdAt: number
  readonly updatedAt: number
  readonly expiresAt: number
  readonly filesVersion: number
  /** The files version that the published diagnosis read. */
  readonly readVersion: number | undefined
  /** The newest revision asked for; 0 before the first. */
  readonly revision: number
  readonly publishedRevision: number | undefined
  readonly publishedPrefix: string | undefined
  readonly summary: VerdictSummary | undefined
  readonly leaseToken: string | undefined
  readonly leaseUntil: number | undefined
  /** Leases taken for the newest revision. */
  readonly attempts: number
  readonly queuedAt: number | undefined
  readonly progress: Progress | undefined
  readonly failure: Problem | undefined
  readonly callbackSecret: string | undefined
  readonly deletedAt: number | undefined
  readonly tombstone: Tombstone | undefined
}

export interface VerdictSummary {
  readonly revision: number
  readonly cause: string
  readonly abortedBy: string
  readonly mechanism: string
  readonly lookAt: string
  readonly confidence: number | null
  readonly partyConfidence: number | null
  readonly headline: string
  /** The peer of the chosen connection. */
  readonly peer: string | null
  /** Seconds between the last data and the end of the connection; undefined where not known. */
  readonly quietSeconds?: number | undefined
}

export interface Progress {
  readonly step: string
  readonly percent: number
}

/** Why something was refused or failed, in a customer's words. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly advice: string
}

/** What stays of a deleted case: no customer data. */
export interface Tombstone {
  readonly id: string
  readonly openedAt: string
  readonly deletedAt: string
  readonly by: string
  readonly objects: number
  readonly files: number
}

/** One evidence file of an upload (an archive holds several). */
export interface EvidenceRecord {
  /** Where the cut file and its whole receipt lie. */
  readonly key: string
  readonly receiptKey: string
  readonly receipt: ReceiptSummary
  /** What the sender said about the file. */
  readonly given: FileOptions
}

export interface Warning {
  readonly code: string
  readonly message: string
}

export interface FileRecord {
  readonly caseId: string
  readonly name: string
  readonly uploadId: string
  readonly state: 'stored' | 'rejected'
  readonly by: 'service' | 'client'
  readonly evidence: readonly EvidenceRecord[]
  readonly warnings: readonly Warning[]
  readonly problem: Problem | undefined
  readonly bytesIn: number
  readonly storedAt: number
  readonly rawDeletedAt: number | undefined
}

/** Something on its way in. */
export interface UploadRecord {
  readonly id: string
  readonly caseId: string
  readonly tenant: string
  readonly name: string
  readonly via: 'stream' | 'parts'
  readonly state: 'receiving' | 'cutting'
  readonly options: Readonly<Record<string, unknown>>
  readonly storeId: string | undefined
  readonly size: number | undefined
  readonly partSize: number | undefined
  /** Leases taken for its cut. */
  readonly attempts: number
  readonly startedAt: number
}
