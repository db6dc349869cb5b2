import { Refusal } from '../cases/errors.ts'

export interface ServedRange {
  readonly offset: number
  readonly length: number
}

/**
 * One byte range of a representation of `size` bytes. Undefined, so that the whole is served, for no header, an invalid
 * range (its end before its start), another unit or several ranges, which a server may ignore.
 *
 * @see RFC 9110 §14.1.1, §14.2
 * @throws {Refusal} `bad-range` for a range that lies outside
 */
export function parseRange(header: string | null, size: number): ServedRange | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(' ', '') ?? '')
  if (!match) return undefined
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return undefined
  if (from !== '' && to !== '' && Number(from) > Number(to)) return undefined
  const first = from === '' ? Math.max(0, size - Number(to)) : Number(from)
  const last = from === '' || to === '' ? size - 1 : Math.min(size - 1, Number(to))
  if (first > last || (from === '' && Number(to) === 0)) {
    throw new Refusal('bad-range', `there are no such bytes: the whole has ${size}`, `Ask for bytes 0 to ${size - 1}.`, {
      details: { size },
    })
  }
  return { offset: first, length: last - first + 1 }
}
