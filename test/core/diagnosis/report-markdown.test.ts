import { describe, expect, it } from 'vitest'
import { markdown } from '../../../src/core/diagnosis/report-escape.ts'
import { MARKDOWN_LIMIT, renderMarkdown } from '../../../src/core/diagnosis/report-markdown.ts'
import { Diagnosis } from '../../../src/core/diagnosis/schema.ts'
import { DIAGNOSES } from '../../support/diagnosis-fixtures.ts'
import { withHostileText } from '../../support/hostile-text.ts'

const cases = Object.entries(DIAGNOSES)

describe('renderMarkdown', () => {
  it.each(cases)('%s fits in one ticket comment and names the verdict, the party and what to do', (cause, diagnosis) => {
    const text = renderMarkdown(Diagnosis.parse(diagnosis))
    expect(text.length).toBeLessThanOrEqual(MARKDOWN_LIMIT)
    expect(text).toContain(`\`${cause}\``)
    expect(text).toContain('Who ended it:')
    expect(text).toContain('Who should act:')
    if (diagnosis.recommendations.length > 0) expect(text).toContain('**Do this**')
    expect(text).not.toMatch(/^\|/m)
  })

  it.each(cases)('%s: outside code spans nothing of the customer is more than words', (_, diagnosis) => {
    const outside = renderMarkdown(withHostileText(diagnosis)).replace(/(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/g, '')
    expect(outside).not.toMatch(/[<>@[\]!]|https?:|evil|octocat|#\d/)
    expect(outside.match(/^#/gm)).toHaveLength(1)
  })

  it('says what it left out when there is more than fits', () => {
    const long = { says: 'word '.repeat(200), supports: true, refs: [] }
    const diagnosis = {
      ...DIAGNOSES['fin-wait-2-timeout'],
      limits: new Array(9).fill('limit '.repeat(60)),
      evidence: new Array(9).fill(long),
    }
    const text = renderMarkdown(diagnosis)
    expect(text.length).toBeLessThanOrEqual(MARKDOWN_LIMIT)
    expect(text).toMatch(/more sections? in the report/)
  })

  it('links only where the caller says', () => {
    const text = renderMarkdown(DIAGNOSES['early-close'], { report: 'https://hangup.example/r#t=a>b', bundle: 'javascript:alert(1)' })
    expect(text).toContain('[Report with pictures](<https://hangup.example/r#t=a%3Eb>)')
    expect(text).toContain('[Bundle](<#>)')
  })
})

describe('customer text in Markdown', () => {
  it.each([
    ['a link', '[click](http://evil.example)', '`[click](http://evil.example`)'],
    ['a bare address', 'see https://evil.example/x?y now', 'see `https://evil.example/x?y` now'],
    ['a domain', 'at evil.example.', 'at `evil.example`.'],
    ['an image', '![x](//evil.example/p.png)', '`![x](//evil.example/p.png`)'],
    ['a mention', 'thanks @octocat!', 'thanks `@octocat!`'],
    ['an issue', 'fixes #12', 'fixes `#12`'],
    ['a tag', '<script>alert(1)</script>', '`<script>alert(1)</script>`'],
    ['a quick action', '/close', '`/close`'],
    ['a heading', '# big', '`#` big'],
    ['a list', '1. one', '1\\. one'],
    ['a rule', '--- x', '\\--- x'],
    ['backticks', 'a ``b`` c', 'a ``` ``b`` ``` c'],
    ['a line break', 'a\n\n# b', 'a `#` b'],
    ['a hidden reversal', 'a\u202Eb', 'a‹U+202E›b'],
    ['a decimal number', 'after 119.9 s', 'after 119.9 s'],
    ['a state', 'in FIN_WAIT_2, then', 'in `FIN_WAIT_2`, then'],
  ])('%s stays text', (_, raw, safe) => {
    expect(markdown(raw)).toBe(safe)
  })
})
