import type { EvidenceFile } from '../../diagnosis/question.ts'
import type { Diagnosis } from '../../diagnosis/schema.ts'
import type { LastWord } from '../../intake/receipt.ts'
import { isData, type Segment } from '../../tcp/segment.ts'
import type { Facts } from '../facts.ts'
import { answerText, type DecodedAnswer, decodeAnswer, UNKNOWN_ANSWER } from './decode-answer.ts'

type PeerAnswer = NonNullable<Diagnosis['peerAnswer']>

/** The peer's last words before the end, decoded, and whether the host ever saw them. Null where it said nothing. */
export function peerAnswerOf(facts: Facts, isStripped: boolean, files: readonly EvidenceFile[]): PeerAnswer | null {
  const said = facts.trace.segments.findLast((segment) => segment.from === 'peer' && isData(segment) && !segment.copy)
  if (!said) return null
  const payload = said.payload ?? new Uint8Array(0)
  const file = files[said.capture]
  const isCutAway = payload.every((byte) => byte === 0)
  const heard = isStripped && isCutAway ? heardAtCut(facts, said, file) : undefined
  const { protocol, meaning } = heard ?? decodeAnswer(payload, facts.peer.port, !isStripped)
  return {
    ...(file === undefined ? {} : { file: file.file }),
    frame: said.frame,
    bytes: said.length,
    text: isStripped || payload.length === 0 ? null : answerText(payload),
    protocol,
    meaning,
    seenByHost: seenByHost(facts, said),
  }
}

/** What the receipt still knows of words whose payload was cut away; undefined where nobody heard them before the cut. */
function heardAtCut(facts: Facts, said: Segment, file: EvidenceFile | undefined): DecodedAnswer | undefined {
  const heard = file?.receipt?.lastWords
  if (heard === undefined) return undefined
  const words = heard.filter((word) => word.bytes === said.length && isEnd(word.from, facts.peer) && isEnd(word.to, facts.host))
  // The same words sent again are in the receipt once.
  const nearest = words.sort((a, b) => Math.abs(a.frame - said.frame) - Math.abs(b.frame - said.frame))[0]
  return nearest ? { protocol: nearest.protocol, meaning: nearest.meaning } : { protocol: 'unknown', meaning: UNKNOWN_ANSWER }
}

const isEnd = (end: LastWord['from'], side: Facts['peer']): boolean => end.ip === side.ip && end.port === side.port

/** Acknowledged is not read: an RST that comes before the program reads throws away what lies in the buffer (RFC 2525 §2.17). */
const seenByHost = (facts: Facts, said: Segment): boolean | null => {
  if (said.deliveredAt === undefined) return false
  const reset = facts.resets.find((one) => one.from === 'peer')
  const spoke = facts.trace.segments.some((s) => s.from === 'host' && s.flags & 1 && s.at > (said.deliveredAt ?? 0))
  if (reset && !spoke) return reset.segment.at - said.at < 2 ? false : null
  return spoke ? true : null
}
