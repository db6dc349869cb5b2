import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/core/diagnosis/report-html.ts'
import { wrapText } from '../../../src/core/diagnosis/report-svg.ts'
import {
  distinctRefs,
  duration,
  errorCodes,
  percent,
  repeatAdvice,
  seenInterval,
  sureness,
  whoShouldAct,
} from '../../../src/core/diagnosis/report-words.ts'
import { Diagnosis } from '../../../src/core/diagnosis/schema.ts'
import { DIAGNOSES } from '../../support/diagnosis-fixtures.ts'
import { withHostileText } from '../../support/hostile-text.ts'

const cases = Object.entries(DIAGNOSES)
describe('renderHtml', () => {
  it.each(cases)('%s: verdict, who should act and whether to repeat it stand on the page', (cause, diagnosis) => {
    const page = renderHtml(Diagnosis.parse(diagnosis))
    expect(page).toContain(`<code>${cause}</code>`)
    expect(page).toContain('Who should act')
    expect(page).toContain(repeatAdvice(diagnosis).question)
    expect(page.match(/<h1>/g)).toHaveLength(1)
  })

  it.each(cases)('%s: nothing is loaded, run or linked', (_, diagnosis) => {
    const page = renderHtml(diagnosis)
    expect(page).not.toMatch(/<(script|link|iframe|object|embed|img|form|base|a)\b/i)
    expect(page).not.toMatch(/url\(|@import|https?:\/\/(?!www\.w3\.org)/i)
    expect(page).not.toMatch(/<[^>]*\son[a-z]+=/i)
  })

  it.each(cases)('%s: whatever a log line, file name, event field or answer holds is text', (_, diagnosis) => {
    const page = renderHtml(withHostileText(diagnosis))
    expect(page).not.toMatch(/<script|<img|onerror=alert\(1\)>/i)
    expect(page).not.toContain('\u202E')
    expect(page).toContain('&lt;script&gt;')
  })

  it('draws the picture twice, for wide and narrow pages, and says it once more as text', () => {
    const page = renderHtml(DIAGNOSES['middlebox-reset'])
    expect(page.match(/<svg class="wide" role="img"/g)).toHaveLength(2)
    expect(page.match(/<svg class="narrow" role="img"/g)).toHaveLength(2)
    expect(page).toContain('The same as text')
  })

  it('has no picture where there is no connection', () => {
    expect(renderHtml(DIAGNOSES.undetermined)).not.toContain('role="img"')
  })

  it('gives the same page each time', () => {
    expect(renderHtml(DIAGNOSES['early-close'])).toBe(renderHtml(structuredClone(DIAGNOSES['early-close'])))
  })

  it.each(cases)('%s: no number of a picture is broken', (_, diagnosis) => {
    expect(renderHtml(diagnosis)).not.toMatch(/NaN|Infinity|undefined/)
  })
})

it('a second machine with the address is not called a device on the path', () => {
  const page = renderHtml(DIAGNOSES['duplicate-address'])
  expect(page).toContain('Ended by another machine with that address')
  expect(page).not.toContain('on the path')
})

describe('the timer bracket', () => {
  const timed = (min: number, max: number) => {
    const diagnosis = DIAGNOSES['fin-wait-2-timeout']
    return renderHtml({ ...diagnosis, timers: diagnosis.timers.map((timer) => ({ ...timer, observed: { min, max } })) })
  }

  it('is drawn where both ends of the interval were seen', () => {
    expect(timed(119.8, 120.1)).toContain('class="bracket"')
  })

  it('is not drawn where the timer is only possible, and the list says so', () => {
    expect(timed(0, 220)).not.toContain('class="bracket"')
    expect(timed(0, 220)).toContain('Timers that are possible')
    expect(timed(0, 220)).toContain('seen: at most 220 s')
  })
})

describe('words of the report', () => {
  it.each(cases)('%s: who should act owns the place to look at', (_, diagnosis) => {
    const owners = {
      host: 'Host administrator',
      peer: 'Owner of the peer device',
      path: 'Network team',
      nowhere: 'Nobody',
      unknown: 'Support',
    }
    expect(whoShouldAct(diagnosis)).toBe(owners[diagnosis.verdict.lookAt])
  })

  it.each([
    [0.985, 'Almost certain'],
    [0.86, 'Very likely'],
    [0.7, 'Likely'],
    [0.55, 'Uncertain'],
    [null, 'Open'],
  ])('a confidence of %s is “%s”', (confidence, said) => {
    expect(sureness(confidence)).toBe(said)
  })

  it.each([
    [{ min: 0, max: 119.2 }, 'at most 119.2 s'],
    [{ min: 120, max: 120 }, '120 s'],
    [{ min: 118, max: 121 }, '118 s to 121 s'],
  ])('an interval of %o is “%s”', (observed, said) => {
    expect(seenInterval(observed)).toBe(said)
  })

  it('names an error once: the canonical name only where no code begins with it', () => {
    const about = { ref: null, proves: '', doesNotProve: '' }
    expect(errorCodes({ ...about, canonical: 'ETIMEDOUT', codes: ['ETIMEDOUT 110'] })).toEqual(['ETIMEDOUT 110'])
    expect(errorCodes({ ...about, canonical: 'ECONNRESET', codes: ['WSAECONNRESET 10054'] })).toEqual(['ECONNRESET', 'WSAECONNRESET 10054'])
  })

  it('lists places file by file, in the order of the file, each once', () => {
    const refs = [
      { file: 'b', frame: 9 },
      { file: 'a', frame: 110 },
      { file: 'a', frame: 65 },
      { file: 'b', frame: 9 },
    ]
    expect(distinctRefs(refs)).toEqual([
      { file: 'b', frame: 9 },
      { file: 'a', frame: 65 },
      { file: 'a', frame: 110 },
    ])
  })

  it.each([
    [0.000_38, '380 µs'],
    [0.0004, '400 µs'],
    [0.0123, '12 ms'],
    [0.0024, '2.4 ms'],
    [0.9999, '1 s'],
    [2.44, '2.44 s'],
    [119.9, '119.9 s'],
    [-37.2, '−37.2 s'],
    [860, '14 min 20 s'],
    [7399, '2 h 3 min'],
    [17_990, '5 h'],
    [7199.9, '2 h'],
  ])('%d seconds are %s', (seconds, said) => {
    expect(duration(seconds)).toBe(said)
  })

  it.each([
    [null, 'open'],
    [0, '< 1 %'],
    [0.004, '< 1 %'],
    [0.94, '94 %'],
    [0.999, '99 %'],
  ])('a probability of %s is %s', (probability, said) => {
    expect(percent(probability)).toBe(said)
  })

  it.each([
    ['a line that fits', 20, 2, ['a line that fits']],
    ['a line that has to be broken', 12, 3, ['a line that', 'has to be', 'broken']],
    ['a line that has to be cut', 12, 2, ['a line that', 'has to be c…']],
    ['unbreakable'.repeat(2), 10, 2, ['unbreakabl', 'eunbreaka…']],
    ['日本語のジョブ', 8, 2, ['日本語の', 'ジョブ']],
  ])('%s in %i columns and %i lines', (said, columns, lines, wrapped) => {
    expect(wrapText(said, columns, lines)).toEqual(wrapped)
  })
})
