import { shorten, visible } from './report-escape.ts'
import { duration, isMeasured } from './report-words.ts'
import type { Diagnosis, Ref } from './schema.ts'

/** UTF-16 units of one packet's comment: Wireshark shows a few lines. */
const MOST = 1000

/** What rests on several packets says so on each: none of them alone is meant. */
function placesIn(refs: readonly Ref[], file: string): string {
  const frames = [...new Set(refs.flatMap((ref) => (ref.file === file && ref.frame !== undefined ? [ref.frame] : [])))]
  return frames.length > 1 ? `frames ${frames.sort((a, b) => a - b).join(', ')}: ` : ''
}

/** What the diagnosis says about each packet of `file`, by frame number: the comments that make Wireshark tell the story. */
export function packetComments(diagnosis: Diagnosis, file: string): Map<number, string> {
  const lines = new Map<number, string[]>()
  const say = (ref: Ref | null | undefined, said: string) => {
    if (ref?.file !== file || ref.frame === undefined || said === '') return
    const already = lines.get(ref.frame) ?? []
    if (!already.includes(said)) lines.set(ref.frame, [...already, said])
  }
  for (const { ref, label, decisive } of diagnosis.sequence) if (decisive) say(ref, visible(label))
  for (const { says, supports, refs } of diagnosis.evidence) {
    const said = `${placesIn(refs, file)}${visible(says)}${supports ? '' : ' (does not speak for the verdict)'}`
    for (const ref of refs) say(ref, said)
  }
  for (const { name, expectedSeconds, startsAt, endsAt } of diagnosis.timers.filter(isMeasured)) {
    say(startsAt, `timer starts: ${visible(name)}, ${duration(expectedSeconds)}`)
    say(endsAt, `timer ran out: ${visible(name)}`)
  }
  const { peerAnswer, connection } = diagnosis
  if (peerAnswer !== null && connection !== null) {
    const seen = peerAnswer.seenByHost === false ? '; the host never read it' : ''
    say({ file: peerAnswer.file ?? connection.file, frame: peerAnswer.frame }, `the peer's answer: ${visible(peerAnswer.meaning)}${seen}`)
  }
  return new Map([...lines].map(([frame, said]) => [frame, shorten(said.join('\n'), MOST)]))
}
