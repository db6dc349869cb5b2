/**
 * The best of `offered` for an Accept header; the first where nothing is asked for. Undefined when none is acceptable.
 *
 * @see RFC 9110 §12.5.1
 */
export function negotiate(accept: string | null, offered: readonly string[]): string | undefined {
  if (accept === null || accept.trim() === '') return offered[0]
  const wishes = accept.split(',').map(readWish)
  let best: { type: string; quality: number } | undefined
  for (const type of offered) {
    const quality = qualityOf(type, wishes)
    if (quality > (best?.quality ?? 0)) best = { type, quality }
  }
  return best?.type
}

interface Wish {
  readonly range: string
  readonly quality: number
}

function readWish(text: string): Wish {
  const [range = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  const value = quality === undefined ? 1 : Number(quality.slice(2))
  return { range, quality: Number.isFinite(value) ? value : 0 }
}

/** The most specific range that fits decides. */
function qualityOf(type: string, wishes: readonly Wish[]): number {
  const family = `${type.split('/')[0]}/*`
  const wish =
    wishes.find(({ range }) => range === type) ??
    wishes.find(({ range }) => range === family) ??
    wishes.find(({ range }) => range === '*/*')
  return wish?.quality ?? 0
}
