import { evidenceOf } from '../client/evidence.ts'
import { inspectFile } from '../client/inspect-file.ts'
import { diagnose } from '../core/diagnosis/diagnose.ts'
import type { Question } from '../core/diagnosis/question.ts'
import { renderHtml } from '../core/diagnosis/report-html.ts'
import { renderMarkdown } from '../core/diagnosis/report-markdown.ts'
import { InputError } from '../core/errors.ts'
import { DEFAULT_TOLERANCE_SECONDS, windowRound } from '../core/time/window.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { browserSource } from './browser-file.ts'
import type { ChosenFile, EngineJob, EngineReply, EngineRequest, EngineResults, LocalQuestion } from './engine-protocol.ts'

type OnRead = (bytes: number) => void

addEventListener('message', ({ data }: MessageEvent<EngineRequest>) => void answer(data))

async function answer({ id, job }: EngineRequest): Promise<void> {
  const reply = (message: EngineReply): void => postMessage(message)
  const total = sizeOf(job)
  try {
    const result = await work(job, (done) => reply({ id, kind: 'progress', done, total }))
    reply({ id, kind: 'done', result })
  } catch (error) {
    reply({ id, kind: 'failed', ...failureOf(error) })
  }
}

const filesOf = (job: EngineJob): readonly ChosenFile[] => (job.kind === 'inspect' ? [job.chosen] : job.files)

const sizeOf = (job: EngineJob): number => filesOf(job).reduce((sum, { file }) => sum + file.size, 0)

async function work(job: EngineJob, onRead: OnRead): Promise<EngineResults[keyof EngineResults]> {
  switch (job.kind) {
    case 'inspect':
      return {
        receipt: await inspectFile(browserSource(job.chosen.file, onRead), job.chosen.options, job.order.timezone),
        kept: new Blob([]),
      }
    case 'diagnose':
      return diagnoseHere(job.files, job.question, onRead)
    case 'bundle':
      throw new InputError('bad-option', 'no bundle yet', 'Wait')
  }
}

async function diagnoseHere(files: readonly ChosenFile[], asked: LocalQuestion, onRead: OnRead): Promise<EngineResults['diagnose']> {
  const evidence = await evidenceOf(files.map(({ file, options }) => ({ source: browserSource(file, onRead), options })))
  const diagnosis = await diagnose(evidence, questionOf(asked), ENGINE_VERSION)
  return { diagnosis, html: renderHtml(diagnosis), markdown: renderMarkdown(diagnosis) }
}

function questionOf({ incidentAtNs, host, peer, timezone }: LocalQuestion): Question {
  return {
    incidentAtNs,
    window: incidentAtNs === undefined ? undefined : windowRound(incidentAtNs),
    toleranceSeconds: DEFAULT_TOLERANCE_SECONDS,
    host,
    peer: peer === undefined ? undefined : { ip: peer, port: undefined },
    timezone,
    error: undefined,
    revision: 1,
    payloadStripped: false,
  }
}

function failureOf(error: unknown): { message: string; advice: string } {
  if (error instanceof InputError) return { message: error.message, advice: error.advice }
  // A file that changed or vanished after it was chosen: the browser takes its permission back.
  if (error instanceof DOMException) return { message: `the browser cannot read the file (${error.name})`, advice: 'Choose it again.' }
  console.error(error)
  return {
    message: 'this is a fault of this page, not of your file',
    advice: 'Reload it and try again; if it stays, tell your support contact.',
  }
}
