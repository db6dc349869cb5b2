import type { PrivacySettings } from '../core/diagnosis/privacy/privacy.ts'
import type { Diagnosis } from '../core/diagnosis/schema.ts'
import { formatSeconds } from '../core/time/duration.ts'
import { bundleOffer } from './bundle-offer.ts'
import { announce, button, el } from './dom.ts'
import { dropZone } from './drop-zone.ts'
import { Engine, EngineFailure } from './engine.ts'
import type { CutOrder, EngineJob, EngineResults } from './engine-protocol.ts'
import { FileList } from './file-list.ts'
import { type MomentChoice, momentChoice } from './moment-choice.ts'
import { reportView } from './report-view.ts'

/** The whole diagnosis in this browser: nothing is uploaded, nothing is kept. */
export function showTryHere(view: HTMLElement): void {
  const engine = new Engine()
  const outcome = el('section', { 'aria-label': 'Diagnosis' })
  const moment = momentChoice(() => files.reread())
  const go = button('Find out who hung up', () => void diagnose(engine, files, moment, outcome, go))
  const setup = el('section', { hidden: true }, moment.node, el('div', { class: 'actions' }, go))
  const files = new FileList(
    engine,
    () => wholeFile(moment),
    undefined,
    () => {
      setup.hidden = files.ready.length === 0
      go.disabled = files.isReading || files.ready.length === 0
      go.textContent = files.isReading ? 'Reading…' : 'Find out who hung up'
      moment.offer(files.receipts)
    },
  )
  view.replaceChildren(
    el('h1', {}, 'Who hung up?'),
    el(
      'p',
      { class: 'lead' },
      'Drop a network capture and the log that names the error. You get the verdict with its proof. Everything happens in this browser: nothing is sent.',
    ),
    dropZone('or drop them here: pcap, pcapng, logs of any kind, .evtx; also gz and zip, and several files of a ring buffer', (chosen) =>
      files.add(chosen),
    ),
    files.node,
    setup,
    outcome,
  )
}

/** Nothing is cut here: files are read for what they are. */
const wholeFile = (moment: MomentChoice): CutOrder => ({
  window: undefined,
  timezone: moment.timezone(),
  scope: 'all',
  host: undefined,
  peer: undefined,
  error: undefined,
  incidentAtNs: undefined,
  stripPayload: false,
  pseudonyms: undefined,
})

async function diagnose(engine: Engine, files: FileList, moment: MomentChoice, outcome: HTMLElement, go: HTMLButtonElement): Promise<void> {
  const cancel = new AbortController()
  const question = moment.question()
  if (!question) return
  const chosen = files.ready.map((ready) => ready.chosen)
  const bar = el('progress', { max: 1, value: 0, 'aria-label': 'Diagnosing' })
  const onProgress = (done: number, total: number): void => {
    bar.max = total
    bar.value = done
    quiet.hidden = true
  }
  const quiet = el('p', { class: 'note warn', role: 'status', hidden: true })
  const onSilence = (seconds: number): void => {
    quiet.textContent = `Nothing has moved for ${formatSeconds(seconds)}. Wait, or cancel and try again.`
    quiet.hidden = false
  }
  outcome.replaceChildren(
    bar,
    quiet,
    button('Cancel', () => cancel.abort(), { class: 'plain' }),
  )
  go.disabled = true
  try {
    const result = await engine.run(() => ({ kind: 'diagnose', files: chosen, question }), { onProgress, onSilence }, cancel.signal)
    showResult(outcome, result, (privacy) => bundle(engine, { kind: 'bundle', files: chosen, question, privacy }))
  } catch (error) {
    outcome.replaceChildren(error instanceof EngineFailure ? el('p', { class: 'note bad' }, `${error.message}. ${error.advice}`) : '')
  } finally {
    go.disabled = false
  }
}

function showResult(
  outcome: HTMLElement,
  { diagnosis, html, markdown }: EngineResults['diagnose'],
  makeBundle: (privacy: PrivacySettings) => Promise<EngineResults['bundle']>,
): void {
  const { headline } = diagnosis.verdict
  const title = el('h2', { tabindex: '-1' }, headline)
  const copy = button('Copy for the ticket', () => void copyText(markdown), { class: 'plain' })
  outcome.replaceChildren(title, bundleOffer(bundleName(diagnosis), makeBundle, copy), reportView(html))
  title.focus()
  announce(headline)
}

const bundle = (engine: Engine, job: EngineJob & { kind: 'bundle' }): Promise<EngineResults['bundle']> =>
  engine.run(() => job, { onProgress: () => undefined }, new AbortController().signal)

const bundleName = ({ verdict }: Diagnosis): string => `hangup-${verdict.cause}`

async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text)
  announce('Copied')
}
