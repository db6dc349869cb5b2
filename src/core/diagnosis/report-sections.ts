import { html } from './report-escape.ts'
import {
  byteCount,
  CAUSE_TITLES,
  clockTime,
  distinctRefs,
  duration,
  endpoint,
  errorCodes,
  isMeasured,
  OWNERS,
  PARTY_NAMES,
  percent,
  refPlace,
  seenInterval,
  sentence,
} from './report-words.ts'
import type { Diagnosis, Evidence, Ref } from './schema.ts'

/** The parts of the page below the pictures. Each gives '' where there is nothing to say. */

const code = (text: string): string => `<code>${html(text)}</code>`

const card = (title: string, body: string): string => (body === '' ? '' : `<div class="card"><h2>${title}</h2>${body}</div>`)

const list = (items: readonly string[], className = ''): string =>
  items.length === 0 ? '' : `<ul class="plain ${className}">${items.map((item) => `<li>${item}</li>`).join('')}</ul>`

const rows = (pairs: readonly (readonly [term: string, said: string])[]): string =>
  `<dl class="rows">${pairs.map(([term, said]) => `<dt>${term}</dt><dd>${said}</dd>`).join('')}</dl>`

function refs(all: readonly Ref[]): string {
  const found = distinctRefs(all)
  if (found.length === 0) return ''
  const shown = found.slice(0, 8).map((ref, i) => {
    const file = ref.file === found[i - 1]?.file ? '' : `${code(ref.file)} `
    const upload = ref.originalFrame ?? ref.originalLine
    const original = upload === undefined || upload === (ref.frame ?? ref.line) ? '' : ` (${upload} in the upload)`
    return `<span>${file}${html(refPlace(ref))}${original}${ref.at === undefined ? '' : ` · ${html(clockTime(ref.at))}`}</span>`
  })
  return `<p class="refs">${shown.join('')}${found.length > 8 ? `<span>and ${found.length - 8} more</span>` : ''}</p>`
}

export function evidenceCard(diagnosis: Diagnosis): string {
  const item = ({ says, supports, refs: found }: Evidence) =>
    `<div class="says ${supports ? 'for' : 'against'}"><span class="sign" aria-hidden="true">${supports ? '✓' : '✗'}</span><div>${html(sentence(says))}${refs(found)}</div></div>`
  const group = (title: string, supports: boolean) => {
    const found = diagnosis.evidence.filter((evidence) => evidence.supports === supports)
    return found.length === 0 ? '' : `<h3>${title}</h3>${list(found.map(item))}`
  }
  return card('Evidence', group('For', true) + group('Against', false))
}

export function actionCard(diagnosis: Diagnosis): string {
  const actions = diagnosis.recommendations.map(
    ({ action, owner, source }) =>
      `<span class="owner">${OWNERS[owner]}</span><div>${html(action)}<span class="source">${html(source)}</span></div>`,
  )
  return card('What to do', list(actions))
}

export function settleCard(diagnosis: Diagnosis): string {
  return card('What would settle it', list(diagnosis.settle.map(({ why, command }) => `${html(why)}<pre>${html(command)}</pre>`)))
}

export function alternativesCard(diagnosis: Diagnosis): string {
  const others = diagnosis.alternatives.map(
    ({ cause, abortedBy, confidence, against }) =>
      `${CAUSE_TITLES[cause]} (${code(cause)}, ended by ${PARTY_NAMES[abortedBy]}): <strong>${percent(confidence)}</strong><span class="source">${html(sentence(against.join('; ')))}</span>`,
  )
  return card('Other explanations', list(others))
}

export function timerCard(diagnosis: Diagnosis): string {
  const timers = diagnosis.timers.map(
    ({ name, expectedSeconds, observed, startsAt, endsAt, source }, i) =>
      `<strong>${i + 1}. ${html(name)}</strong>: ${duration(expectedSeconds)}; seen: ${seenInterval(observed)}${refs(endsAt === null ? [startsAt] : [startsAt, endsAt])}<span class="source">${html(source)}</span>`,
  )
  const title = diagnosis.timers.some(isMeasured) ? 'Timers that fit' : 'Timers that are possible'
  return card(title, list(timers))
}

export function errorCard(diagnosis: Diagnosis): string {
  const { reportedError } = diagnosis
  if (reportedError === null) return ''
  const { ref, proves, doesNotProve } = reportedError
  return card(
    'The reported error',
    rows([
      ['Code', errorCodes(reportedError).map(code).join(' ')],
      ['Proves', html(proves)],
      ['Does not prove', html(doesNotProve)],
    ]) + (ref === null ? '' : refs([ref])),
  )
}

export function answerCard(diagnosis: Diagnosis): string {
  const answer = diagnosis.peerAnswer
  if (answer === null) return ''
  const seen = answer.seenByHost === null ? '' : answer.seenByHost ? ' The host read it.' : ' The host never read it.'
  const text =
    answer.text === null ? '<p class="source">Its text was stripped with the payload.</p>' : `<blockquote>${html(answer.text)}</blockquote>`
  return card(
    "The peer's answer",
    `<div>${html(sentence(answer.meaning))}${seen}</div>${text}<p class="refs">frame ${answer.frame} · ${answer.bytes} bytes · ${html(answer.protocol)}</p>`,
  )
}

export function clocksCard(diagnosis: Diagnosis): string {
  const clocks = diagnosis.clocks.map(({ file, offsetSeconds, interval, anchors }) => {
    const said =
      offsetSeconds === 0 && anchors <= 1
        ? 'the reference'
        : Math.abs(offsetSeconds) < 1e-6
          ? 'in step with the reference'
          : `${offsetSeconds > 0 ? 'ahead' : 'behind'} by ${duration(Math.abs(offsetSeconds))}`
    const [least, most] = interval[1] <= 0 ? [-interval[1], -interval[0]] : interval
    const sure =
      interval[0] === interval[1]
        ? ''
        : ` (offset between ${duration(least)} and ${duration(most)}, from ${anchors} ${anchors === 1 ? 'event' : 'events'} seen in both)`
    return `${code(file)} ${said}${sure}`
  })
  return card('Clocks', list(clocks))
}

export function inputsCard(diagnosis: Diagnosis): string {
  const inputs = diagnosis.inputs.map((input) => {
    const seen = input.source.recordsSeen === null ? '' : ` of ${input.source.recordsSeen.toLocaleString('en-US')} seen`
    const range = input.from === null || input.to === null ? '' : `<br>${html(clockTime(input.from))} to ${html(clockTime(input.to))}`
    const quality = input.quality.length === 0 ? '' : `<span class="source">${html(sentence(input.quality.join('; ')))}</span>`
    return `${code(input.file)} from “${html(input.name)}”<div class="refs">${html(input.format)} · ${input.recordsKept.toLocaleString('en-US')} kept${seen} · ${byteCount(input.size)}${range}</div>${quality}`
  })
  return card('Inputs', list(inputs))
}

export function limitsCard(diagnosis: Diagnosis): string {
  return card('Limits', list(diagnosis.limits.map((limit) => html(sentence(limit)))))
}

export function othersCard(diagnosis: Diagnosis): string {
  const aborted = diagnosis.alsoAborted.map(
    ({ peer, cause, abortedBy, at }) =>
      `Connection with ${code(endpoint(peer))}: ${code(cause)}, ended by ${PARTY_NAMES[abortedBy]}<p class="refs">${html(clockTime(at))}</p>`,
  )
  const errors = diagnosis.otherErrors.map(
    ({ at, code: name, peer, coveredBy }) =>
      `${code(name)}${peer === null ? '' : ` with ${code(peer)}`}<p class="refs">${html(clockTime(at))} · ${coveredBy === null ? 'no capture covers it' : `covered by ${code(coveredBy)}`}</p>`,
  )
  return card('Also seen', list([...aborted, ...errors]))
}

export function connectionCard(diagnosis: Diagnosis): string {
  const { connection } = diagnosis
  if (connection === null) return ''
  const stream =
    connection.streamIndex === null ? 'from the flow digest' : `stream ${connection.streamIndex} (${connection.protocol}.stream)`
  return card(
    'The connection',
    rows([
      ['Host', `${code(endpoint(connection.host))}, whose software reported the error`],
      ['Peer', `${code(endpoint(connection.peer))}, the other end`],
      ['In', `${code(connection.file)} ${stream}`],
      ['TCP states', `host ${code(connection.hostState)}, peer ${code(connection.peerState)}`],
      ['In Zeek', `${code(connection.connState)} ${code(connection.history)}`],
      ['Chosen', html(diagnosis.chosenBecause)],
    ]),
  )
}
