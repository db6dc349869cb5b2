import type { CutReceipt, FileOptions } from '../core/intake/receipt.ts'
import { type CaseView, getCase, putFile, putReceipt, type ServiceAccess } from './case-api.ts'
import type { KeptBytes } from './kept-bytes.ts'
import { type UploadMemory, uploadResumably } from './resumable-upload.ts'
import { type Patience, patiently } from './retry.ts'
import { watchCase } from './watch-case.ts'

/** Bytes up to which a file goes in one request: sending it again costs no more than a part. */
const ONE_REQUEST = 8 * 1024 * 1024

/** A file as it was cut here, ready to go. */
export interface OutgoingFile {
  readonly receipt: CutReceipt
  readonly options: FileOptions
  readonly kept: KeptBytes
}

export interface Sending {
  readonly access: ServiceAccess
  readonly caseId: string
  readonly memory: UploadMemory
  readonly patience: Patience
}

/** Sends one cut file and its receipt. Safe to repeat after any failure: what arrived is not sent again, or replaces itself. */
export async function sendFile(sending: Sending, file: OutgoingFile, onProgress: (sent: number) => void): Promise<void> {
  const { access, caseId, memory, patience } = sending
  const { name } = file.receipt
  if (file.kept.size <= ONE_REQUEST) {
    const bytes = await file.kept.read(0, file.kept.size)
    await patiently(patience, () => putFile(access, caseId, name, file.options, bytes, patience.signal))
    onProgress(file.kept.size)
  } else {
    await uploadResumably({
      access,
      caseId,
      name,
      kept: file.kept,
      fingerprint: fingerprintOf(caseId, file.receipt),
      memory,
      patience,
      onProgress,
    })
  }
  await patiently(patience, () => putReceipt(access, caseId, file.receipt))
}

/** Two cuts with the same name, size, window and offset keep the same bytes: the engine is deterministic. */
export function fingerprintOf(caseId: string, { name, source, window, kept, options }: CutReceipt): string {
  return [caseId, name, source.size, window.from, window.to, kept.records, kept.bytes, options.clockOffset ?? 0].join(' ')
}

/** Waits until the case is diagnosed or failed, telling each step. */
export async function waitForVerdict(
  sending: Pick<Sending, 'access' | 'caseId' | 'patience'>,
  onStep: (says: string) => void,
): Promise<CaseView> {
  const { access, caseId, patience } = sending
  for (;;) {
    const view = await patiently(patience, () => getCase(access, caseId))
    if (view.status === 'diagnosed' || view.status === 'failed') return view
    onStep(view.progress ? `${view.progress.step}, ${Math.round(view.progress.percent)} %` : view.status)
    await patiently(patience, () => watchCase(access, caseId, onStep, patience.signal))
    await patience.sleep(1, patience.signal)
  }
}
