/**
 * Whether an `If-None-Match` names this entity tag: any of a list, `*`, or its weak form, which is what a proxy that compresses makes of it.
 *
 * @see RFC 9110 §13.1.2, §8.8.3.2 (weak comparison)
 */
export function namesTag(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false
  if (ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.match(/"[^"]*"/g)?.some((tag) => tag === etag) ?? false
}
