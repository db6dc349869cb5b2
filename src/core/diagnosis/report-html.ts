import { html } from './report-escape.ts'
import {
  actionCard,
  alternativesCard,
  answerCard,
  clocksCard,
  connectionCard,
  errorCard,
  evidenceCard,
  inputsCard,
  limitsCard,
  othersCard,
  settleCard,
  timerCard,
} from './report-sections.ts'
import { sequenceFigure } from './report-sequence.ts'
import { REPORT_STYLE } from './report-style.ts'
import { timelineFigure } from './report-timeline.ts'
import { CAUSE_TITLES, clockTime, lookAtSentence, partyName, percent, repeatAdvice, sureness, whoShouldAct } from './report-words.ts'
import type { Diagnosis } from './schema.ts'

/** Below the pictures, in the order of reading: what it rests on, what to do, then the rest. */
const CARDS = [
  evidenceCard,
  actionCard,
  settleCard,
  answerCard,
  errorCard,
  alternativesCard,
  timerCard,
  connectionCard,
  clocksCard,
  inputsCard,
  limitsCard,
  othersCard,
]

/** A handset off its hook, hung up. */
const MARK =
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 14c0-3 4-5.500 9-5.500s9 2.500 9 5.500v1.500c0 .8-.6 1.300-1.400 1.200l-3-.5c-.6-.1-1.100-.6-1.100-1.200v-1.600c-2.200-.8-4.800-.8-7 0V15c0 .6-.5 1.100-1.100 1.200l-3 .5C3.600 16.800 3 16.300 3 15.500z"/></svg>'

/**
 * The diagnosis as one self-contained page: no script, nothing loaded, fit for `sandbox; default-src 'none'; style-src 'unsafe-inline';
 * img-src data:` and for a double click from disk. Light, dark and print; everything of the customer's is text.
 */
export function renderHtml(diagnosis: Diagnosis): string {
  const { verdict } = diagnosis
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${html(CAUSE_TITLES[verdict.cause])} · Hangup</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<div class="page tone-${verdict.abortedBy}">
${top(diagnosis)}
<main>
<div class="first">
${hero(diagnosis)}
${picture('What happened', 'sequence', sequenceFigure(diagnosis))}
${picture('The window', 'timeline', timelineFigure(diagnosis))}
</div>
${columns(CARDS.map((card) => card(diagnosis)))}
</main>
<footer>Made by Hangup ${html(diagnosis.engine.version)}, revision ${diagnosis.revision}. Times are UTC on the reference clock. Frame and line numbers count in the files of the bundle. A confidence is a calibrated probability; “undetermined” means that the evidence does not decide.</footer>
</div>
</body>
</html>
`
}

function top({ connection, reportedError, inputs }: Diagnosis): string {
  const [what, at] =
    reportedError?.ref?.at !== undefined
      ? ['Error logged', reportedError.ref.at]
      : connection?.endedAt
        ? ["The connection's last packet", connection.endedAt]
        : ['Evidence from', inputs[0]?.from ?? '']
  const when = at === '' ? '' : `<span>${what} ${html(`${at.slice(0, 10)} ${clockTime(at)}`)} UTC</span>`
  return `<header class="top"><span class="brand">${MARK}Hangup</span>${when}</header>`
}

function hero(diagnosis: Diagnosis): string {
  const { verdict } = diagnosis
  const ended =
    verdict.abortedBy === 'nobody'
      ? 'Nobody hung up'
      : verdict.abortedBy === 'undetermined'
        ? 'Who hung up is open'
        : `Ended by ${partyName(verdict)}`
  return `<div class="hero">
<p class="kicker"><span class="chip">${ended}</span><span>${html(CAUSE_TITLES[verdict.cause])} · <code>${verdict.cause}</code></span></p>
<h1>${breakable(html(verdict.headline))}</h1>
<p class="story">${html(verdict.explanation)}</p>
<dl class="facts">${facts(diagnosis)}</dl>
</div>`
}

/** An IPv6 address stays on one line where one holds it, else the line ends after a colon. */
const breakable = (said: string): string =>
  said.replace(
    /\b[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,}\b[.,:;]?/gi,
    (address) => `<span class="ip">${address.replace(/:+/g, '$&<wbr>')}</span>`,
  )

function facts(diagnosis: Diagnosis): string {
  const { verdict } = diagnosis
  const repeat = repeatAdvice(diagnosis)
  const width = Math.round((verdict.confidence ?? verdict.partyConfidence ?? 0) * 100)
  return [
    `<div><dt>Confidence</dt><dd><span class="value">${sureness(verdict.confidence)}</span><span class="meter" aria-hidden="true"><span style="width:${width}%"></span></span><span class="sub">${confidence(verdict)}</span></dd></div>`,
    `<div><dt>Who should act</dt><dd><span class="value">${html(whoShouldAct(diagnosis))}</span><span class="sub">${html(lookAtSentence(verdict.lookAt))}</span></dd></div>`,
    `<div><dt>How it ended</dt><dd>${ending(verdict)}</dd></div>`,
    `<div class="${repeat.answer === 'Yes' ? 'yes' : 'look'}"><dt>${repeat.question}</dt><dd><span class="value">${repeat.answer}</span><span class="sub">${html(repeat.says)}</span></dd></div>`,
  ].join('')
}

function confidence({ confidence: ofCause, partyConfidence }: Diagnosis['verdict']): string {
  const party = partyConfidence === null ? 'open' : percent(partyConfidence)
  if (ofCause === null)
    return partyConfidence === null ? 'Neither the cause nor who ended it can be said.' : `The cause is open; ${party} for who ended it.`
  return `${percent(ofCause)} for the cause, ${party} for who ended it.`
}

function ending(verdict: Diagnosis['verdict']): string {
  const { mechanism, abortedBy } = verdict
  const said = (value: string, sub: string) => `<span class="value">${value}</span><span class="sub">${sub}</span>`
  if (abortedBy === 'nobody') return said('As it should', 'Both sides closed it.')
  const by = abortedBy === 'undetermined' ? 'Who ended it is open.' : `By ${partyName(verdict)}.`
  return said(MECHANISMS[mechanism], by)
}

const MECHANISMS: Record<Diagnosis['verdict']['mechanism'], string> = {
  rst: 'Reset (RST)',
  fin: 'Close (FIN)',
  timeout: 'A timer ran out',
  icmp: 'ICMP error',
  none: 'Not shown',
}

const picture = (title: string, name: string, figure: string): string =>
  figure === '' ? '' : `<section class="${name}"><h2>${title}</h2>${figure}</section>`

function columns(cards: readonly string[]): string {
  const filled = cards.join('')
  return filled === '' ? '' : `<section class="columns">${filled}</section>`
}
