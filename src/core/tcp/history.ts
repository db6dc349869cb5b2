/**
 * Zeek's `history` letters, packed: five bits a letter, six letters a word. Lower case stands for side B, upper case for side A,
 * whoever the originator is; `historyText` turns them to the originator's view at the end.
 */
const LETTERS = ' SsHhAaDdFfRrTtWwCcGgIiQq'
const TURNED = ' sShHaAdDfFrRtTwWcCgGiIqQ'

/** Kind of a history letter; the side is added to it (A 0, B 1). */
export const HISTORY = {
  syn: 1,
  synAck: 3,
  ack: 5,
  data: 7,
  fin: 9,
  rst: 11,
  retransmission: 13,
  zeroWindow: 15,
  checksum: 17,
  gap: 19,
  inconsistent: 21,
  multiFlag: 23,
} as const

export const LETTERS_PER_WORD = 6
export const HISTORY_WORDS = 3

/** Letter code at a position of a packed word. */
export const letterAt = (word: number, position: number): number => (word >>> (5 * position)) & 31

/** The text of letter codes; `^` in front where the originator is not who sent first. */
export function historyText(codes: readonly number[], originatorIsA: boolean): string {
  let text = originatorIsA ? '' : '^'
  for (const code of codes) text += (originatorIsA ? LETTERS : TURNED)[code] ?? ''
  return text
}

/** Whether the `count`-th event of a sort is written: the 1st, the 10th, the 100th … (Zeek's logarithmic letters). */
export function isLogged(count: number): boolean {
  let power = 1
  while (power < count) power *= 10
  return power === count
}
