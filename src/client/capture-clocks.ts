import { inFileClock } from '../core/capture/cut.ts'
import { diagnose } from '../core/diagnosis/diagnose.ts'
import type { Question } from '../core/diagnosis/question.ts'
import type { Diagnosis } from '../core/diagnosis/schema.ts'
import { ENGINE_VERSION } from '../core/version.ts'
import { instantOf } from './case-window.ts'
import { evidenceOf, type NamedSource, type Opening } from './evidence.ts'

/** Seconds: the window's margins hold less, and the diagnosis finds it. */
const NEGLIGIBLE = 1

/**
 * Captures of one incident whose clocks are off against the one nearest the host: found from the packets that they share, by reading all
 * of them. Of anything but two or more captures nothing is read.
 *
 * @returns the sources; those that would be cut at the wrong place have their `clockOffset`. One that was given stays
 */
export async function withCaptureClocks(
  named: readonly NamedSource[],
  question: Question,
  opening: Opening,
  onFound: (name: string, offsetSeconds: number) => void,
): Promise<readonly NamedSource[]> {
  const files = await evidenceOf(named, opening)
  // An archive's files go under one source's options: their clocks are left to the diagnosis.
  if (files.length !== named.length || files.filter(({ kind }) => kind === 'capture').length < 2) return named
  const { clocks, inputs } = await diagnose(files, { ...question, window: undefined }, ENGINE_VERSION)
  // A capture has a clock here only where it holds the connection in question: the one nearest the host comes first.
  const found = clocks.filter((clock) => files.some(({ file, kind }) => kind === 'capture' && file === clock.file))
  const base = baseOf(found, inputs, question)
  return named.map((each, i) => {
    const { file, name } = files[i] ?? {}
    const clock = found.find((one) => one.file === file)
    if (name === undefined || clock === undefined || each.options.clockOffset !== undefined) return each
    const clockOffset = Math.round((clock.offsetSeconds - base) * 1e6) / 1e6
    if (Math.abs(clockOffset) < NEGLIGIBLE || !changesCut(inputs[i], clockOffset, question)) return each
    onFound(name, clockOffset)
    return { ...each, options: { ...each.options, clockOffset } }
  })
}

type Input = Diagnosis['inputs'][number]

/** A capture that lies inside the window by either clock is kept whole by either. */
function changesCut(input: Input | undefined, clockOffset: number, { window }: Question): boolean {
  if (!input?.from || !input.to || window === undefined) return false
  const [from, to] = [instantOf(input.from), instantOf(input.to)]
  return [0, clockOffset].some((offset) => {
    const inFile = inFileClock(window, offset)
    return from < inFile.fromNs || to >= inFile.toNs
  })
}

type Clocks = Diagnosis['clocks']

/**
 * What to count offsets from: the capture nearest the host, unless the incident lies outside it and inside another. Then it is that one's
 * clock by which the incident's time was told.
 */
function baseOf(clocks: Clocks, inputs: readonly Input[], { window }: Question): number {
  const covers = (file: string): boolean => {
    const { from, to } = inputs.find((input) => input.file === file) ?? {}
    if (!from || !to || window === undefined) return false
    return instantOf(from) < window.toNs && instantOf(to) >= window.fromNs
  }
  const [reference] = clocks
  if (reference === undefined || covers(reference.file)) return 0
  return clocks.find(({ file }) => covers(file))?.offsetSeconds ?? 0
}
