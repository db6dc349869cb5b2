import { type CaseView, getDiagnosis, startDiagnosis } from '../client/case-api.ts'
import type { LocalCut } from '../client/cut-here.ts'
import { type Patience, patiently } from '../client/retry.ts'
import { type Sending, sendFile, waitForVerdict } from '../client/send-case.ts'
import { ServiceError } from '../client/service-error.ts'
import { formatSeconds } from '../core/time/duration.ts'
import type { Arguments } from './arguments.ts'
import type { ExitCode, Terminal } from './command.ts'
import { withOutput } from './output.ts'
import { progressOf } from './progress.ts'
import { renderedDiagnosis } from './report-options.ts'

/** Sends the cut files, waits for the diagnosis and prints it. */
export async function deliver(sending: Sending, cuts: readonly LocalCut[], args: Arguments, terminal: Terminal): Promise<ExitCode> {
  for (const cut of cuts) {
    const progress = progressOf(cut.sendAs, cut.kept.size, terminal, Date.now)
    progress.show(0)
    let done = 0
    const onWait: Patience['onWait'] = (error, seconds) =>
      progress.show(done, `${error.message}; trying again in ${formatSeconds(seconds)}`)
    await sendFile({ ...sending, patience: { ...sending.patience, onWait } }, cut, (sent) => {
      done = sent
      progress.show(sent)
    })
    progress.finish(`${cut.sendAs}: sent`)
  }
  await patiently(sending.patience, () => startDiagnosis(sending.access, sending.caseId))
  const view = await waitForVerdict(sending, (says) => terminal.err(`hangup: ${sending.caseId}: ${says}\n`))
  if (view.status === 'failed') {
    terminal.err(`hangup: the diagnosis failed: ${view.failure?.message ?? 'no reason was given'}\n${view.failure?.advice ?? ''}\n`)
    return 1
  }
  await printVerdict(sending, view, args, terminal)
  return 0
}

/** A link for sending alone may not read the diagnosis: then its headline has to do. */
async function printVerdict({ access, caseId }: Sending, view: CaseView, args: Arguments, terminal: Terminal): Promise<void> {
  try {
    const diagnosis = await getDiagnosis(access, caseId)
    await withOutput(args, terminal, async ({ sink }) => sink(renderedDiagnosis(diagnosis, args)))
  } catch (error) {
    if (!(error instanceof ServiceError) || error.status !== 403) throw error
    if (args.has('output')) terminal.err('hangup: this link may not read the report: ask your support contact for it\n')
    await terminal.out(`${view.verdict?.headline ?? 'diagnosed'}\n`)
  }
}
