import { type CaseView, getCase, type ServiceAccess, stripsPayload } from '../client/case-api.ts'
import { instantOf, peerOf, windowOf } from '../client/case-window.ts'
import { formatBytes } from '../client/figures.ts'
import { ServiceError } from '../client/service-error.ts'
import { formatSeconds } from '../core/time/duration.ts'
import type { CaptureTarget } from './capture-commands.ts'
import type { CaseLink } from './case-link.ts'
import { CaseNames } from './case-names.ts'
import { caseSender } from './case-sender.ts'
import { button, el, stamp } from './dom.ts'
import { dropZone } from './drop-zone.ts'
import { Engine } from './engine.ts'
import type { CutOrder } from './engine-protocol.ts'
import { FileList } from './file-list.ts'
import { resultParts } from './result-view.ts'
import { CaseMemory } from './upload-memory.ts'

/** A customer's side of one case: what is asked for, what will be sent, the sending, and the report. */
export async function showCase(view: HTMLElement, link: CaseLink, onKnown: (target: Partial<CaptureTarget>) => void): Promise<void> {
  const access: ServiceAccess = { base: location.origin, key: link.token, fetch: (...call) => fetch(...call) }
  try {
    const found = await getCase(access, link.caseId)
    const peer = peerOf(found)
    onKnown({ peer: peer?.ip, port: peer?.port })
    const isResult = link.purpose !== 'upload'
    view.replaceChildren(...(isResult ? await resultParts(found, access, link.purpose === 'bundle') : caseParts(found, access)))
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error
    const retry = button('Try again', () => location.reload(), { class: 'plain' })
    const title = error.isPassing ? 'The case cannot be reached just now' : 'This link does not open a case'
    view.replaceChildren(
      el('h1', {}, title),
      el('p', { class: 'note bad', role: 'alert' }, adviceFor(error)),
      ...(error.isPassing ? [el('div', { class: 'actions' }, retry)] : []),
    )
  }
}

function adviceFor(error: ServiceError): string {
  if (error.status === 410) return 'The case was deleted. Ask your support contact for a new link.'
  if (error.status === 401 || error.status === 403 || error.status === 404)
    return 'It has expired or was withdrawn. Ask your support contact for a new one.'
  if (error.status === 0) return 'There is no connection to the service. Check the network, and try again.'
  return `${error.message}. Try again in a minute.`
}

function caseParts(found: CaseView, access: ServiceAccess): HTMLElement[] {
  const memory = new CaseMemory(found.id)
  const engine = new Engine()
  const names = found.privacy.addresses === 'pseudonymise' ? new CaseNames(found.id) : undefined
  const order: Omit<CutOrder, 'pseudonyms'> = {
    window: windowOf(found),
    timezone: found.timezone ?? undefined,
    scope: found.scope,
    host: found.host ?? undefined,
    peer: peerOf(found)?.ip,
    error: found.error ?? undefined,
    incidentAtNs: instantOf(found.incidentAt),
    stripPayload: stripsPayload(found),
  }
  const asked = checklist(found)
  const onLooked = (view: CaseView): void => asked.replaceChildren(...checklist(view).children)
  const sender = caseSender({ found, access, memory, onLooked }, () => files.ready)
  const files = new FileList(
    engine,
    () => ({ ...order, pseudonyms: names && { map: names.map, listed: found.privacy } }),
    found.incidentAt,
    () => sender.update(files.isReading),
    (map) => names?.keep(map),
  )
  return [
    el('h1', {}, 'Send what shows the error'),
    el(
      'p',
      { class: 'lead' },
      'Choose your captures and logs, as big as they are. They are cut here: you see what will be sent before anything is.',
    ),
    caseFacts(found),
    asked,
    ...unfinished(memory),
    dropZone('or drop them here: pcap, pcapng, logs of any kind, .evtx; also gz and zip', (chosen) => files.add(chosen)),
    files.node,
    ...(names ? [names.node] : []),
    sender.node,
  ]
}

function caseFacts(found: CaseView): HTMLElement {
  const list = el('dl', { class: 'facts' })
  const row = (term: string, ...says: (Node | string)[]): void => list.append(el('dt', {}, term), el('dd', {}, ...says))
  if (found.ticket) row('Ticket', found.ticket.id)
  row('Incident', stamp(found.incidentAt))
  row('Window', stamp(found.window.from), ' to ', stamp(found.window.to))
  if (found.host) row('Server', found.host)
  const peer = peerOf(found)
  if (peer) row('Printer', `${peer.ip}${peer.port ? `, port ${peer.port}` : ''}`)
  if (stripsPayload(found)) row('Private', privateFact(found))
  if (found.scope === 'peers') row('Kept', 'only packets to and from the printer')
  return el('div', { class: 'card' }, list)
}

const MARKS = { received: '✓', 'outside-window': '!', unreadable: '!', missing: '○' } as const
const ASKS: Readonly<Record<string, string>> = {
  capture: 'Network capture',
  'batch-print-log': 'Batch print log',
  'watchdog-log': 'Watchdog log',
  'event-log': 'Event log',
}

const privateFact = ({ privacy }: CaseView): string =>
  privacy.addresses === 'pseudonymise'
    ? 'addresses are renamed here, and what the packets carry is cut off'
    : 'what the packets carry is cut off here; only headers are sent'

function checklist({ checklist: items }: CaseView): HTMLElement {
  const list = el('ul', { class: 'checklist' })
  for (const { ask, state, says, file } of items) {
    list.append(
      el(
        'li',
        { class: state },
        el('span', { class: 'mark', 'aria-hidden': 'true' }, MARKS[state]),
        el(
          'div',
          {},
          el('strong', {}, ASKS[ask] ?? ask),
          `: ${state.replace('-', ' ')}${file ? ` (${file})` : ''}. `,
          el('span', { class: 'soft' }, says),
        ),
      ),
    )
  }
  return el('section', { 'aria-label': 'What is asked for' }, el('h2', {}, 'What is asked for'), list)
}

/** After a reload: the browser forgets chosen files, so the customer is asked for the same ones again. */
function unfinished(memory: CaseMemory): HTMLElement[] {
  return memory.unfinished.map(({ fileName, fileSize, lastModified }) => {
    const age = formatSeconds(Math.max(0, Date.now() - lastModified) / 1000)
    return el(
      'p',
      { class: 'note warn' },
      `${fileName} (${formatBytes(fileSize)}, changed ${age} ago) was not sent to the end. Choose it again: only what is missing will be sent.`,
    )
  })
}
