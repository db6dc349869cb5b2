/** Initial TTL values that stacks use: RFC 1700 names 64; Windows 128, network equipment 255, old ones 32. */
const INITIAL = [32, 64, 128, 255]

/** Hops from the sender to the capture point, by the nearest initial value above. */
export const hopsOf = (ttl: number): number => (INITIAL.find((initial) => initial >= ttl) ?? 255) - ttl

/** The most frequent value and its share. */
export function usualOf<K>(
  counts: ReadonlyMap<K, number>,
): { readonly value: K; readonly share: number; readonly total: number } | undefined {
  let best: K | undefined
  let most = 0
  let total = 0
  for (const [value, count] of counts) {
    total += count
    if (count > most) {
      most = count
      best = value
    }
  }
  return best === undefined ? undefined : { value: best, share: most / total, total }
}
