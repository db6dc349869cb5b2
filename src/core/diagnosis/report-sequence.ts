import { html } from './report-escape.ts'
import { drawEnds, drawHeads, drawLifelines, drawTimer } from './report-sequence-frame.ts'
import { layOut, NARROW, type SequenceShape, WIDE } from './report-sequence-layout.ts'
import { drawRow } from './report-sequence-rows.ts'
import { round } from './report-svg.ts'
import { clockTime, duration, endpoint, refPlace, stampMs } from './report-words.ts'
import type { Diagnosis, SequenceStep } from './schema.ts'

/**
 * The dying connection as a sequence diagram: twice, for wide and narrow pages (the style sheet shows one), and once more as text. Empty
 * where there are no packets to draw.
 */
export function sequenceFigure(diagnosis: Diagnosis): string {
  if (diagnosis.sequence.length === 0 || diagnosis.connection === null) return ''
  const { host, peer } = diagnosis.connection
  const title = `Sequence diagram of the connection between host ${endpoint(host)} and peer ${endpoint(peer)}; the same as text below.`
  return `<figure class="picture">
${draw(diagnosis, WIDE, title)}
${draw(diagnosis, NARROW, title)}
<figcaption>Time runs down, UTC on the reference clock; long pauses are shortened. Numbers are relative to each side's first sequence number. Strong lines decided.</figcaption>
<details><summary>The same as text</summary><ol class="steps">${steps(diagnosis.sequence)}</ol></details>
</figure>`
}

function draw(diagnosis: Diagnosis, shape: SequenceShape, title: string): string {
  const layout = layOut(diagnosis, shape)
  const parts = [
    drawTimer(diagnosis, layout),
    drawLifelines(layout),
    ...layout.rows.map((row) => drawRow(row, layout, diagnosis)),
    drawHeads(layout),
    drawEnds(diagnosis, layout),
  ]
  return `<svg class="${shape.id}" role="img" aria-label="${html(title)}" viewBox="0 0 ${shape.width} ${round(layout.height)}" width="${shape.width}" height="${round(layout.height)}">${parts.join('')}</svg>`
}

function steps(sequence: readonly SequenceStep[]): string {
  return sequence
    .map((step, i) => {
      const before = sequence[i - 1]
      const delta = before === undefined ? '' : ` (+${duration(Math.max(0, (stampMs(step.at) - stampMs(before.at)) / 1000))})`
      const numbers =
        step.kind === 'segment' ? ` ${step.flags ?? ''} seq ${step.seq ?? '?'} ack ${step.ack ?? '?'} len ${step.length ?? '?'}` : ''
      const packets = step.kind === 'gap' && step.packets ? ` ${step.packets} packets left out:` : ''
      const who = step.kind === 'gap' ? '' : ` ${step.kind === 'log' ? 'log' : step.from}${numbers}`
      const ref = step.ref ? `, ${refPlace(step.ref)}` : ''
      return `<li>${html(`${clockTime(step.at)}${delta}${packets}${who} ${step.label}${ref}`)}</li>`
    })
    .join('')
}
