import type { Diagnosis } from '../../diagnosis/schema.ts'
import type { Investigation } from '../investigate.ts'

/** Seconds to a millionth: what a capture's clock can tell. */
export const micros = (value: number): number => Math.round(value * 1e6) / 1e6

/** Each file's clock − the reference clock (the capture nearest the host), as far as it could be told. */
export function clocksOf({ files, observations, logClocks }: Investigation): Diagnosis['clocks'] {
  const captures = observations.flatMap(({ view, offset, interval, anchors }) =>
    view.capture.members.map(({ file }) => ({
      file: file.file,
      offsetSeconds: micros(offset),
      interval: [micros(interval[0]), micros(interval[1])] as [number, number],
      anchors,
    })),
  )
  const logs = [...logClocks].flatMap(([input, clock]) => {
    const file = files[input]
    if (!file) return []
    const interval: [number, number] = [micros(clock.interval[0]), micros(clock.interval[1])]
    return [{ file: file.file, offsetSeconds: micros(clock.offsetSeconds), interval, anchors: clock.anchors }]
  })
  return [...captures, ...logs]
}
