import type { EvidenceFile, Question } from '../../diagnosis/question.ts'
import { QUICK_LEAD_SECONDS, quickRange } from '../../intake/quick-range.ts'
import { type Facts, seconds } from '../facts.ts'
import type { Investigation } from '../investigate.ts'
import { reachesBeyond } from '../narrow.ts'
import type { Studied } from '../study.ts'
import { captureQuality } from './inputs.ts'

/** What was missing, cut off or one-sided, and what that does to the verdict. */
export function limitsOf(found: Investigation, question: Question): string[] {
  const { subject, captures, logs, files } = found
  const limits: string[] = [...found.unreadable]
  if (captures.length === 0 && files.length > 0) limits.push('no capture was sent: what ended the connection is not in a log')
  if (files.length === 0) limits.push('nothing but the words of an error was sent')
  if (captures.length > 0 && !subject) {
    const at = found.incident ? found.incident.at + found.incident.after : Number.POSITIVE_INFINITY
    const isLate = captures.every(({ from }) => from > at)
    limits.push(isLate ? 'the captures begin after the incident' : 'no capture holds a connection that fits what is known')
  }
  if (files.some((file) => reachesBeyond(file, question))) {
    limits.push('the window asked for reaches beyond the one that was kept: what lies outside that was cut away before')
  }
  limits.push(...files.filter(({ receipt }) => quickRange(receipt)).map(quickly))
  if (subject) limits.push(...ofConnection(subject), ...ofVerdict(found, subject))
  const clock = found.error && found.logClocks.get(found.error.input)
  if (logs.length > 0 && found.error && captures.length > 0 && !clock?.confident) {
    limits.push(
      clock
        ? "how far the log's clock is off is not certain: other offsets would fit as well"
        : "how far the log's clock is off could not be measured: its times are taken as they stand",
    )
  }
  if (question.incidentAtNs === undefined && subject) limits.push('no incident time was given: the connection was chosen from the evidence')
  return [...new Set(limits)]
}

const quickly = ({ name }: EvidenceFile): string =>
  `of ${name} only the window and ${QUICK_LEAD_SECONDS} s before it were read (quick): what connections did earlier is not known, which lowers the confidence where their start decides`

function ofConnection({ facts, view }: Studied): string[] {
  const { quality, trace } = facts
  const share = Math.round(quality.unseenShare * 100)
  const summaries = view.capture.members.map(({ summary }) => summary)
  return [
    quality.oneSided
      ? `only ${quality.oneSided === 'host' ? "the host's" : "the peer's"} packets are in the capture: half of the story is missing`
      : '',
    quality.startsMidStream && trace.host.packets + trace.peer.packets > 0
      ? 'the capture begins in the middle of the connection: options, window scale and the usual round trip of its start are not known'
      : '',
    quality.unseen >= 3 && share >= 2
      ? `${quality.unseen} segments (${share} %) were acknowledged that the capture does not hold: it lost packets, which lowers the confidence`
      : '',
    quality.headersCut
      ? 'the capture cut its packets inside the TCP header: receive windows, address resolution and ICMP errors are not to be seen'
      : '',
    quality.coarseClock ? 'the capture stamps its packets with whole seconds: what came first, and how soon, is not to be seen' : '',
    quality.endsBefore ? `the capture ends ${seconds((facts.incident?.at ?? 0) - facts.until)} before the incident` : '',
    quality.copies > 0
      ? `${quality.copies} ${quality.copies === 1 ? 'packet is' : 'packets are'} in the capture twice (mirror port); the copies were not counted`
      : '',
    quality.superFrames
      ? 'packets larger than the network carries: captured on a machine that lets its network card segment them (offload)'
      : '',
    trace.leftOut > 0
      ? `of ${trace.host.packets + trace.peer.packets} packets ${trace.leftOut} ordinary ones in the middle were counted, not looked at one by one`
      : '',
    ...summaries.flatMap(captureQuality),
  ].filter(Boolean)
}

const HIDDEN: Readonly<Record<Facts['vantage'], string>> = {
  host: 'captured at the host: whether what it sent arrived at the peer cannot be seen',
  peer: "captured at the peer's side: whether the peer's packets arrived at the host cannot be seen",
  middle: 'captured between both: what was lost beyond the capture point cannot be seen',
  unknown: 'where the capture was taken could not be told',
}

function ofVerdict({ observations }: Investigation, { facts, judgement }: Studied): string[] {
  const isOpen = judgement.act.mechanism === 'timeout' || judgement.cause === 'undetermined' || judgement.cause === 'middlebox-reset'
  return observations.length < 2 && isOpen ? [HIDDEN[facts.vantage]] : []
}
