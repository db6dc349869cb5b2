import { describe, expect, it } from 'vitest'
import { estimateCaptureOffset, estimateOffset, type OffsetBound, type SharedPacket } from '../../../src/core/time/clocks.ts'

const bound = (event: string, reference: string, lo: number, hi = lo + 1): OffsetBound => ({ event, reference, lo, hi })

describe('estimateOffset', () => {
  it('finds the offset on which most events agree', () => {
    const found = estimateOffset([
      bound('a', '1', 3600),
      bound('b', '2', 3600.2),
      bound('c', '3', 3599.8),
      bound('a', '2', 10),
      bound('b', '3', 500),
    ])
    expect(found).toMatchObject({ anchors: 3, confident: true })
    expect(found?.interval).toEqual([3600.2, 3600.8])
  })

  it('is not confident when another offset explains as much', () => {
    expect(
      estimateOffset([bound('a', '1', 5), bound('b', '2', 5), bound('c', '3', 5), bound('a', '2', 90), bound('b', '3', 90)])?.confident,
    ).toBe(false)
  })

  it('counts one event once, however many ways it can be paired', () => {
    expect(estimateOffset([bound('a', '1', 5), bound('a', '2', 5.1), bound('a', '3', 5.2)])?.anchors).toBe(1)
  })

  it('cannot tell without bounds', () => {
    expect(estimateOffset([])).toBeUndefined()
  })

  it('says zero where zero fits: most clocks are synchronised', () => {
    expect(estimateOffset([bound('a', '1', -0.3)])?.offsetSeconds).toBe(0)
  })
})

describe('estimateCaptureOffset', () => {
  /** Packets both ways between captures 20 ms apart; the other clock is `offset` ahead and gains `ppm`. */
  const pairs = (offset: number, ppm: number, seconds: number): SharedPacket[] =>
    Array.from({ length: 60 }, (_, i) => {
      const at = 1_700_000_000 + (i * seconds) / 60
      const referenceFirst = i % 2 === 0
      const jitter = ((i * 7) % 5) / 1000
      return {
        referenceAt: at,
        otherAt: at + offset + (referenceFirst ? 0.02 + jitter : -0.02 - jitter) + ppm * 1e-6 * (i * seconds) * (1 / 60),
        referenceFirst,
      }
    })

  it.each([
    [0, 0, 10],
    [12.5, 0, 10],
    [-3600, 50, 600],
    [0.004, -50, 3600],
  ])('holds an offset of %d s that drifts by %d ppm over %d s', (offset, ppm, seconds) => {
    const found = estimateCaptureOffset(pairs(offset, ppm, seconds))
    expect(found?.confident).toBe(true)
    expect(found?.interval[0]).toBeLessThanOrEqual(offset + 1e-6)
    expect(found?.interval[1]).toBeGreaterThanOrEqual(offset - 1e-6)
    expect((found?.interval[1] ?? 9) - (found?.interval[0] ?? 0)).toBeLessThan(0.06)
    if (seconds > 100) expect(Math.abs((found?.driftPpm ?? 0) - ppm)).toBeLessThan(15)
  })

  it('cannot tell without a shared packet', () => {
    expect(estimateCaptureOffset([])).toBeUndefined()
  })
})
