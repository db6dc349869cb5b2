import { type CaseView, type ServiceAccess, startDiagnosis } from '../client/case-api.ts'
import { countOf, formatBytes } from '../client/figures.ts'
import { type Patience, patiently } from '../client/retry.ts'
import { type Sending, sendFile, waitForVerdict } from '../client/send-case.ts'
import { ServiceError } from '../client/service-error.ts'
import { sleep } from '../client/sleep.ts'
import { formatSeconds } from '../core/time/duration.ts'
import { blobBytes } from './blob-spool.ts'
import { announce, button, el } from './dom.ts'
import { type ReadyFile, receiptsOf } from './file-list.ts'
import { reportOf } from './result-view.ts'
import type { CaseMemory } from './upload-memory.ts'

interface CaseContext {
  readonly found: CaseView
  readonly access: ServiceAccess
  readonly memory: CaseMemory
  /** Told when the service has looked at what was sent. */
  readonly onLooked: (view: CaseView) => void
}

export interface CaseSender {
  readonly node: HTMLElement
  readonly update: (isReading: boolean) => void
}

/** The button that sends, and what comes of it: progress, the job's steps, the report. */
export function caseSender(context: CaseContext, ready: () => readonly ReadyFile[]): CaseSender {
  const status = el('div', { role: 'status' })
  const outcome = el('section', { 'aria-label': 'Diagnosis' })
  let cancel: AbortController | undefined
  const stop = button('Cancel', () => cancel?.abort(), { class: 'plain', hidden: true })
  const go = button('Send', () => void start(), { disabled: true })
  const start = async (): Promise<void> => {
    cancel = new AbortController()
    stop.hidden = false
    go.disabled = true
    try {
      await sendAll(context, ready, patienceFor(cancel.signal, status), status, outcome)
      go.textContent = 'Sent'
    } catch (error) {
      status.replaceChildren(failure(error, cancel.signal))
      go.disabled = false
      go.textContent = 'Go on'
    } finally {
      stop.hidden = true
    }
  }
  // Opened again after the diagnosis: what was found is there at once.
  showOutcome(context.found, context.access, outcome).catch((error: unknown) => status.replaceChildren(failure(error, undefined)))
  return {
    node: el('section', {}, el('div', { class: 'actions' }, go, stop), status, outcome),
    update: (isReading) => {
      const files = ready().filter((file) => holdsSomething(file) && !isSent(file))
      const bytes = files.flatMap(({ cuts }) => cuts).reduce((sum, { receipt }) => sum + receipt.kept.bytes, 0)
      go.disabled = isReading || files.length === 0
      go.textContent = isReading ? 'Reading…' : files.length > 0 ? `Send ${countOf(files.length, 'file')}, ${formatBytes(bytes)}` : 'Send'
    },
  }
}

/** A file with nothing inside the window stays here: its card says by how much it missed. */
const holdsSomething = ({ cuts }: ReadyFile): boolean => cuts.some(({ receipt }) => receipt.kept.records > 0)

const isSent = ({ card }: ReadyFile): boolean => card.node.dataset.state === 'sent'

async function sendAll(
  context: CaseContext,
  ready: () => readonly ReadyFile[],
  patience: Patience,
  status: HTMLElement,
  outcome: HTMLElement,
) {
  const { access, found } = context
  // Asked again for each: one may be removed while another is sent.
  const next = (): ReadyFile | undefined => ready().find((file) => holdsSomething(file) && !isSent(file))
  for (let file = next(); file; file = next()) await sendOne(context, file, patience)
  await patiently(patience, () => startDiagnosis(access, found.id))
  const view = await waitForVerdict({ access, caseId: found.id, patience }, (says) =>
    status.replaceChildren(el('p', { class: 'soft' }, `Being diagnosed: ${says}`)),
  )
  context.onLooked(view)
  if (view.status === 'failed') {
    status.replaceChildren(
      el('p', { class: 'note bad' }, view.failure ? `${view.failure.message}. ${view.failure.advice}` : 'The diagnosis failed.'),
    )
    return
  }
  status.replaceChildren(el('p', { class: 'note good' }, 'Sent and diagnosed. Your support contact has it.'))
  announce(view.verdict?.headline ?? 'Diagnosed')
  await showOutcome(view, access, outcome)
}

/** The report, where the case lets its senders read it: only then it tells them a verdict. */
async function showOutcome(view: CaseView, access: ServiceAccess, outcome: HTMLElement): Promise<void> {
  const report = view.verdict ? await reportOf(view, access) : undefined
  if (report) outcome.replaceChildren(el('h2', {}, view.verdict?.headline ?? 'Report'), report)
}

async function sendOne({ access, found, memory }: CaseContext, file: ReadyFile, patience: Patience): Promise<void> {
  const { card, cuts, chosen } = file
  const receipts = receiptsOf(cuts)
  let sent = 0
  let shown = 0
  const show = (now: number, note: string): void => {
    shown = now
    card.show({ kind: 'sending', receipts, sent: now, note })
  }
  show(0, '')
  const told: Patience = {
    ...patience,
    onWait: (error, seconds) => show(shown, `${error.message}; trying again in ${formatSeconds(seconds)}`),
  }
  const sending: Sending = { access, caseId: found.id, memory: memory.of(chosen.file), patience: told }
  for (const { kept, ...cut } of cuts) {
    if (cut.receipt.kept.records === 0) continue
    await sendFile(sending, { ...cut, kept: blobBytes(kept) }, (bytes) => show(sent + bytes, ''))
    sent += kept.size
  }
  card.show({ kind: 'sent', receipts })
  announce(`${chosen.file.name} sent`)
}

/** A customer's network may be away for an hour: the page waits, and says so. */
const TRIES = 120

const patienceFor = (signal: AbortSignal, status: HTMLElement): Patience => ({
  tries: TRIES,
  signal,
  onWait: (error, seconds) =>
    status.replaceChildren(el('p', { class: 'note warn' }, `${error.message}; trying again in ${formatSeconds(seconds)}`)),
  sleep,
})

function failure(error: unknown, signal: AbortSignal | undefined): HTMLElement {
  if (signal?.aborted)
    return el('p', { class: 'note warn' }, 'Stopped. What was sent so far is kept: go on, and only the rest will be sent.')
  if (error instanceof ServiceError)
    return el('p', { class: 'note bad' }, `${error.message}. Nothing is lost: go on, and only the rest will be sent.`)
  throw error
}
