import { withCaptureClocks } from '../client/capture-clocks.ts'
import { cutHere } from '../client/cut-here.ts'
import { evidenceOf } from '../client/evidence.ts'
import type { KeptBytes } from '../client/kept-bytes.ts'
import { writeLocalBundle } from '../client/local-case.ts'
import { newMap, realHints, SenderPrivacy } from '../client/sender-privacy.ts'
import { diagnose } from '../core/diagnosis/diagnose.ts'
import { CasePrivacy } from '../core/diagnosis/privacy/privacy.ts'
import type { Question } from '../core/diagnosis/question.ts'
import { renderHtml } from '../core/diagnosis/report-html.ts'
import { renderMarkdown } from '../core/diagnosis/report-markdown.ts'
import { InputError } from '../core/errors.ts'
import type { CutRequest } from '../core/intake/cut-upload.ts'
import { plainReceipt } from '../core/intake/receipt-json.ts'
import { DEFAULT_TOLERANCE_SECONDS, type Window, windowRound } from '../core/time/window.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { blobSpool } from './blob-spool.ts'
import { browserSource } from './browser-file.ts'
import type {
  BlobCut,
  ChosenFile,
  CutOrder,
  EngineJob,
  EngineReply,
  EngineRequest,
  EngineResults,
  LocalQuestion,
} from './engine-protocol.ts'

type OnRead = (bytes: number) => void

addEventListener('message', ({ data }: MessageEvent<EngineRequest>) => void answer(data))

async function answer({ id, job }: EngineRequest): Promise<void> {
  const reply = (message: EngineReply): void => postMessage(message)
  const total = sizeOf(job)
  try {
    const result = await work(
      job,
      seldom((done) => reply({ id, kind: 'progress', done, total })),
    )
    reply({ id, kind: 'done', result })
  } catch (error) {
    reply({ id, kind: 'failed', ...failureOf(error) })
  }
}

/** Milliseconds between two messages about progress. */
const TELL_EVERY = 100

function seldom(tell: OnRead): OnRead {
  let toldAt = 0
  return (bytes) => {
    const now = performance.now()
    if (now - toldAt < TELL_EVERY) return
    toldAt = now
    tell(bytes)
  }
}

const filesOf = (job: EngineJob): readonly ChosenFile[] => (job.kind === 'inspect' ? [job.chosen] : job.files)

const sizeOf = (job: EngineJob): number => filesOf(job).reduce((sum, { file }) => sum + file.size, 0)

async function work(job: EngineJob, onRead: OnRead): Promise<EngineResults[keyof EngineResults]> {
  switch (job.kind) {
    case 'inspect':
      return inspect(job.chosen, job.order, onRead)
    case 'clocks':
      return compareClocks(job.files, job.order, onRead)
    case 'diagnose':
      return diagnoseHere(job.files, job.question, onRead)
    case 'bundle':
      return bundleHere(job, onRead)
  }
}

/** A window that holds nothing: the file is read for what it is, and no byte of it is kept. */
const NOTHING: Window = { fromNs: 0n, toNs: 0n }

/** The files of a case share one map, in the order in which they are read. */
let sender: SenderPrivacy | undefined

async function inspect({ file, options }: ChosenFile, order: CutOrder, onRead: OnRead): Promise<EngineResults['inspect']> {
  const { window = NOTHING, timezone, stripPayload, pseudonyms, host, peer, error, ...asked } = order
  if (pseudonyms) sender ??= new SenderPrivacy(pseudonyms.map ?? newMap(crypto.randomUUID()), pseudonyms.listed)
  const hints = sender ? realHints({ host, peer, error }, sender.map) : { host, peer, error }
  const stripped = stripPayload ? new CasePrivacy({ payload: 'strip', addresses: 'keep' }) : undefined
  const request: CutRequest = {
    ...asked,
    ...hints,
    window,
    caseTimezone: timezone,
    toolVersion: ENGINE_VERSION,
    by: 'client',
    keepHeader: true,
    privacy: sender?.privacy ?? stripped,
  }
  const blobs = new Map<KeptBytes, Blob>()
  const cuts = await cutHere(browserSource(file, onRead), options, request, { openSpool: async () => blobSpool(blobs) })
  const marked = cuts.map((cut) => sender?.marked(cut, hints) ?? cut)
  const stored: readonly BlobCut[] = marked.map(({ kept, ...cut }) => ({
    ...{ ...cut, receipt: plainReceipt(cut.receipt) },
    kept: blobs.get(kept) ?? new Blob(),
  }))
  return { cuts: stored, map: sender?.map }
}

async function compareClocks(files: readonly ChosenFile[], order: CutOrder, onRead: OnRead): Promise<EngineResults['clocks']> {
  const { window, timezone, incidentAtNs, ...given } = order
  const { host, peer } = sender ? realHints(given, sender.map) : given
  const question = { ...questionOf({ incidentAtNs, host, peer, timezone }), window }
  const blobs = new Map<KeptBytes, Blob>()
  const opening = { openSpool: async () => blobSpool(blobs), onRejected: () => undefined }
  const named = files.map(({ file, options }) => ({ source: browserSource(file, onRead), options }))
  return { options: (await withCaptureClocks(named, question, opening, () => undefined)).map(({ options }) => options) }
}

async function diagnoseHere(files: readonly ChosenFile[], asked: LocalQuestion, onRead: OnRead): Promise<EngineResults['diagnose']> {
  const blobs = new Map<KeptBytes, Blob>()
  const named = files.map(({ file, options }) => ({ source: browserSource(file, onRead), options }))
  // What a zip holds and cannot be read was said on its card, when it was chosen.
  const evidence = await evidenceOf(named, { openSpool: async () => blobSpool(blobs), onRejected: () => undefined })
  const diagnosis = await diagnose(evidence, questionOf(asked), ENGINE_VERSION)
  return { diagnosis, html: renderHtml(diagnosis), markdown: renderMarkdown(diagnosis) }
}

async function bundleHere(
  { files, question, privacy: asked }: EngineJob & { kind: 'bundle' },
  onRead: OnRead,
): Promise<EngineResults['bundle']> {
  const named = files.map(({ file, options }) => ({ source: browserSource(file, onRead), options }))
  const blobs = new Map<KeptBytes, Blob>()
  const zip = blobSpool(blobs)
  const made = new CasePrivacy(asked)
  const privacy = made.strips ? made : undefined
  await writeLocalBundle(named, questionOf(question), { openSpool: async () => blobSpool(blobs) }, zip.write, privacy)
  return { zip: blobs.get(await zip.finish()) ?? new Blob(), map: made.renames ? made.map : undefined }
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
