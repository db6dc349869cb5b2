import { codeSpan, markdown, shorten, visible } from './report-escape.ts'
import {
  CAUSE_TITLES,
  clockTime,
  distinctRefs,
  endpoint,
  errorCodes,
  LOOK_AT,
  OWNERS,
  partyName,
  percent,
  refPlace,
  repeatAdvice,
  sentence,
  sureness,
  whoShouldAct,
} from './report-words.ts'
import type { Diagnosis, Evidence } from './schema.ts'

/** What ticket systems take in one comment without folding it. */
export const MARKDOWN_LIMIT = 4000

/** Addresses that the caller made (http or https): the only links in the text. */
export interface ReportLinks {
  readonly report?: string
  readonly bundle?: string
}

/**
 * The diagnosis as text for a ticket: at most 4,000 UTF-16 units of plain CommonMark, no tables, each line readable without rendering.
 * Nothing of the customer's can become a link, mention, image or HTML. What does not fit is left out from the end and said.
 */
export function renderMarkdown(diagnosis: Diagnosis, links: ReportLinks = {}): string {
  const close = footer(diagnosis, links)
  const blocks = [head(diagnosis), ...sections(diagnosis)]
  let text = ''
  let left = 0
  for (const block of blocks) {
    if (text.length + block.length + close.length + 60 > MARKDOWN_LIMIT) left++
    else text += `${block}\n\n`
  }
  const rest = left === 0 ? '' : `_${left} more ${left === 1 ? 'section' : 'sections'} in the report._\n\n`
  return `${text}${rest}${close}\n`
}

function head(diagnosis: Diagnosis): string {
  const { verdict, connection } = diagnosis
  const repeat = repeatAdvice(diagnosis)
  const lines = [
    `## ${CAUSE_TITLES[verdict.cause]}`,
    '',
    `**${text(verdict.headline, 300)}**`,
    '',
    `- Who ended it: **${partyName(verdict)}** (${sure(verdict.partyConfidence)})`,
    `- Cause: ${codeSpan(verdict.cause)} (${sure(verdict.confidence)}), mechanism ${codeSpan(verdict.mechanism)}`,
    `- Look at: ${LOOK_AT[verdict.lookAt]}. Who should act: **${whoShouldAct(diagnosis)}**`,
    `- ${repeat.question} **${repeat.answer}.** ${text(repeat.says, 220)}`,
  ]
  if (connection !== null) {
    const stream = connection.streamIndex === null ? '' : `, stream ${connection.streamIndex} of ${codeSpan(connection.file)}`
    lines.push(`- Connection: host ${codeSpan(endpoint(connection.host))}, peer ${codeSpan(endpoint(connection.peer))}${stream}`)
    if (connection.endedAt !== null)
      lines.push(
        `- Ended: ${codeSpan(connection.endedAt)}, host in ${codeSpan(connection.hostState)}, peer in ${codeSpan(connection.peerState)}`,
      )
  }
  return lines.join('\n')
}

/** `almost certain, 99 %`. */
const sure = (probability: number | null): string =>
  probability === null ? 'open' : `${sureness(probability).toLowerCase()}, ${percent(probability)}`

function sections(diagnosis: Diagnosis): string[] {
  const { verdict, reportedError, peerAnswer } = diagnosis
  const against = diagnosis.evidence.filter((item) => !item.supports)
  const answer = peerAnswer && {
    text: `${text(peerAnswer.meaning, 200)} (frame ${peerAnswer.frame}, ${peerAnswer.bytes} bytes)${peerAnswer.text === null ? '' : `: ${codeSpan(shorten(visible(peerAnswer.text), 120))}`}`,
  }
  const error = reportedError && {
    text: `${errorCodes(reportedError)
      .map((code) => codeSpan(shorten(visible(code), 60)))
      .join(', ')} proves: ${text(reportedError.proves, 160)} It does not prove: ${text(reportedError.doesNotProve, 160)}`,
  }
  return [
    text(verdict.explanation, 700),
    list(
      'Do this',
      diagnosis.recommendations.slice(0, 4).map((item) => `${OWNERS[item.owner]}: ${text(item.action, 240)}`),
    ),
    list(
      'Evidence',
      diagnosis.evidence
        .filter((item) => item.supports)
        .slice(0, 5)
        .map(evidence),
    ),
    list('Evidence against', against.slice(0, 3).map(evidence)),
    list("The peer's answer", answer ? [answer.text] : []),
    list('What the reported error says', error ? [error.text] : []),
    list(
      'What would settle it',
      diagnosis.settle.slice(0, 2).map((item) => `${text(item.why, 160)} ${codeSpan(shorten(visible(item.command), 200))}`),
    ),
    list(
      'Limits',
      diagnosis.limits.slice(0, 4).map((limit) => text(sentence(limit), 200)),
    ),
    list(
      'Other explanations',
      diagnosis.alternatives
        .slice(0, 3)
        .map(
          (other) =>
            `${CAUSE_TITLES[other.cause]} (${codeSpan(other.cause)}), ${percent(other.confidence)}: ${text(other.against.join('; '), 160)}`,
        ),
    ),
  ].filter((block) => block !== '')
}

function evidence(item: Evidence): string {
  const shown = distinctRefs(item.refs).slice(0, 3)
  const refs = shown.map((ref, i) => {
    const file = ref.file === shown[i - 1]?.file ? '' : `${codeSpan(ref.file)} `
    return `${file}${refPlace(ref)}${ref.at === undefined ? '' : ` ${clockTime(ref.at)}`}`
  })
  return `${text(sentence(item.says), 260)}${refs.length > 0 ? ` (${refs.join('; ')})` : ''}`
}

function footer(diagnosis: Diagnosis, links: ReportLinks): string {
  const made = [
    links.report && `[Report with pictures](<${address(links.report)}>)`,
    links.bundle && `[Bundle](<${address(links.bundle)}>)`,
  ]
  const said = `Hangup ${text(diagnosis.engine.version, 40)}, revision ${diagnosis.revision}. Times are UTC on the reference clock.`
  return [...made.filter(Boolean), said].join(' · ')
}

/** A link's target between `<` and `>`, where only those, the backslash and line breaks mean something. */
const address = (link: string): string => (/^https?:\/\//.test(link) ? visible(link).replace(/[<>\\]/g, encodeURIComponent) : '#')

const text = (said: string, limit: number): string => markdown(shorten(visible(said), limit))

const list = (title: string, items: readonly string[]): string =>
  items.length === 0 ? '' : [`**${title}**`, '', ...items.map((item) => `- ${item}`)].join('\n')
