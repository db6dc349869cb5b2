import { type CaseView, getCase, putFile, putNames, putReceipt, type SentFile, type ServiceAccess } from './case-api.ts'
import type { LocalCut } from './cut-here.ts'
import { type UploadMemory, uploadResumably } from './resumable-upload.ts'
import { type Patience, patiently } from './retry.ts'
import { ServiceError } from './service-error.ts'
import { watchCase } from './watch-case.ts'

/** Bytes up to which a file goes in one request: sending it again costs no more than a part. */
const ONE_REQUEST = 8 * 1024 * 1024

export interface Sending {
  readonly access: ServiceAccess
  readonly caseId: string
  readonly memory: UploadMemory
  readonly patience: Patience
}

/** Sends one cut file and its receipt. Safe to repeat after any failure: what arrived is not sent again, or replaces itself. */
export async function sendFile(sending: Sending, file: LocalCut, onProgress: (sent: number) => void): Promise<void> {
  const { access, caseId, memory, patience } = sending
  const { kept, options, receipt, names, sendAs: name } = file
  if (names) await patiently(patience, () => putNames(access, caseId, names))
  if (kept.size <= ONE_REQUEST) {
    const bytes = await kept.read(0, kept.size)
    await patiently(patience, () => putFile(access, caseId, name, options, bytes, patience.signal))
    onProgress(kept.size)
  } else {
    const fingerprint = fingerprintOf(caseId, file)
    await uploadResumably({ access, caseId, name, options, kept, fingerprint, memory, patience, onProgress })
    await untilStored(sending, name)
  }
  await patiently(patience, () => putReceipt(access, caseId, name, receipt))
}

/** A file that came in parts is read by a job: its receipt can follow once that is done. */
async function untilStored({ access, caseId, patience }: Sending, name: string): Promise<void> {
  for (;;) {
    const { files } = await patiently(patience, () => getCase(access, caseId))
    const file = files.find((sent) => sent.name === name)
    if (file?.state === 'stored') return
    if (file?.state === 'rejected') throw new ServiceError(file.problem?.code ?? 'rejected', problemOf(file), 422, undefined)
    await patience.sleep(1, patience.signal)
  }
}

const problemOf = ({ name, problem }: SentFile): string =>
  problem ? `${name}: ${problem.message}. ${problem.advice}` : `${name} was rejected`

/** Two cuts with the same name, size, window and offset keep the same bytes: the engine is deterministic. */
export function fingerprintOf(caseId: string, { sendAs, receipt, options }: LocalCut): string {
  const { source, window, kept } = receipt
  return [caseId, sendAs, source.size, window.from, window.to, kept.records, kept.bytes, options.clockOffset ?? 0].join(' ')
}

/** Waits until the case is diagnosed or failed, telling each step. */
export async function waitForVerdict(
  sending: Pick<Sending, 'access' | 'caseId' | 'patience'>,
  onStep: (says: string) => void,
): Promise<CaseView> {
  const { access, caseId, patience } = sending
  let seen: string | undefined
  for (;;) {
    const view = await patiently(patience, () => getCase(access, caseId))
    if (view.status === 'diagnosed' || view.status === 'failed') return view
    onStep(view.progress ? `${view.progress.step}, ${Math.round(view.progress.percent)} %` : view.status)
    seen = await patiently(patience, () => watchCase(access, caseId, { after: seen, onStep, signal: patience.signal }))
    await patience.sleep(0.2, patience.signal)
  }
}
