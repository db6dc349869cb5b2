import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it } from 'vitest'
import { connectorOf } from '../../../src/cases/tickets/connectors.ts'
import { noteAdf, noteHtml, noteText } from '../../../src/cases/tickets/formats.ts'
import { ticketNote } from '../../../src/cases/tickets/note.ts'
import type { Diagnosis } from '../../../src/core/diagnosis/schema.ts'
import { DIAGNOSES } from '../../support/diagnosis-fixtures.ts'
import { ADF, JIRA_COMMENT, SERVICENOW_UPDATE, ZENDESK_TICKET_UPDATE } from './schemas.ts'

const LINKS = {
  report: 'https://hangup.example/#case=case_1&for=report&token=hl_1_secret',
  upload: undefined,
  expiresAt: Date.parse('2026-03-09T10:00:00Z'),
}
const BUNDLE = { name: 'hangup-case_1-r1.zip', size: 1_000_000 }
const all = Object.entries(DIAGNOSES)
const [[, first] = []] = all
if (!first) throw new Error('no fixtures')
const ajv = new Ajv2020({ strict: false })

function expectValid(schema: object, value: unknown): void {
  const validate = ajv.compile(schema)
  expect(validate(value), ajv.errorsText(validate.errors)).toBe(true)
}

function connect(system: string, diagnosis: Diagnosis = first as Diagnosis, more: object = {}) {
  const connector = connectorOf(system)
  if (!connector) throw new Error(`no connector for ${system}`)
  return connector({ ticketId: '35436', note: ticketNote(diagnosis, LINKS), bundle: BUNDLE, ...more })
}

/** Every text of the diagnosis, replaced by what an attacker would write into a log or a printer's answer. */
function hostile(value: unknown, attack: string): unknown {
  if (Array.isArray(value)) return value.map((each) => hostile(each, attack))
  if (typeof value !== 'object' || value === null) return value
  const free = new Set(['says', 'headline', 'explanation', 'action', 'why', 'command', 'file', 'ip'])
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, free.has(name) ? attack : name === 'limits' ? [attack] : hostile(inner, attack)]),
  )
}

const ATTACKS = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '</code><a href="https://evil.example">x</a>',
  '[code]<b>x</b>[/code]',
  'a\u202Egnp.exe\u0000b\r\nInjected: yes',
]

describe.each(ATTACKS)('a diagnosis full of %j', (attack) => {
  const note = ticketNote(hostile(first, attack) as Diagnosis, LINKS)

  it('stays text in HTML', () => {
    const made = noteHtml(note, 60_000)
    const tags = [...made.matchAll(/<\/?([a-z0-9]+)([^>]*)>/g)]
    expect(new Set(tags.map(([, name]) => name))).toEqual(new Set(['h3', 'p', 'ul', 'li', 'strong', 'code', 'a']))
    const attributes = tags.map(([, , rest]) => rest).filter((rest) => rest !== '')
    expect(attributes).toEqual([` href="${LINKS.report.replaceAll('&', '&amp;')}" rel="noreferrer"`])
  })

  it('stays text in ADF', () => {
    const made = noteAdf(note, 32_000)
    expectValid(ADF, made)
    expect([...JSON.stringify(made).matchAll(/"href":"([^"]*)"/g)].map(([, href]) => href)).toEqual([LINKS.report])
  })

  it('hides and breaks nothing in plain text, and opens no [code]', () => {
    const [, addNote] = connect('servicenow', hostile(first, attack) as Diagnosis)
    const made = String(addNote?.body?.work_notes)
    for (const hidden of ['\u202e', '\u0000', '\r']) expect(made).not.toContain(hidden)
    expect(made).not.toMatch(/^Injected/m)
    expect(made).not.toMatch(/\[\/?code/i)
  })
})

describe.each(all)('the note of %s', (_name, diagnosis) => {
  const note = ticketNote(diagnosis, LINKS)

  it('says the verdict and where the report is, in every format', () => {
    for (const made of [noteHtml(note, 60_000), noteText(note, 60_000), JSON.stringify(noteAdf(note, 60_000))]) {
      expect(made).toContain('Who ended it')
      expect(made).toContain('Report with pictures')
      expect(made).toContain('until 2026-03-09')
    }
    expectValid(ADF, noteAdf(note, 60_000))
  })

  it.each([1000, 2000, 4000, 8000])('fits %i characters by leaving out whole sections, and says so', (limit) => {
    const made = noteText(note, limit)
    expect(made.length).toBeLessThanOrEqual(limit)
    expect(made).toContain(LINKS.report)
    const whole = noteText(note, 1_000_000)
    expect(made === whole || /\d+ more sections? in the report\./.test(made) || !made.includes('Who ended it')).toBe(true)
    expect(new TextEncoder().encode(noteHtml(note, limit)).length).toBeLessThanOrEqual(limit)
    expect(JSON.stringify(noteAdf(note, limit)).length).toBeLessThanOrEqual(limit)
  })
})

it('asks for what is missing where there is a link to send it by', () => {
  const upload = 'https://hangup.example/#case=case_1&for=upload&token=hl_2_secret'
  expect(noteHtml(ticketNote(first, { ...LINKS, upload }), 60_000)).toContain('Send files')
})

describe('connectors', () => {
  it.each([
    ['zendesk', ZENDESK_TICKET_UPDATE],
    ['jira', JIRA_COMMENT],
    ['servicenow', SERVICENOW_UPDATE],
  ])('%s: the bundle, then an internal note of the shape that the vendor publishes', (system, schema) => {
    const requests = connect(system)
    expect(requests.map(({ purpose }) => purpose)).toEqual(['attach-bundle', 'add-note'])
    expectValid(schema, requests[1]?.body)
    const golden = readFileSync(new URL(`golden/${system}.json`, import.meta.url), 'utf8')
    expect(requests).toEqual(JSON.parse(golden))
  })

  it.each([
    ['zendesk', 50_000_001],
    ['jira', 10_000_001],
    ['servicenow', 1_024_000_001],
  ])('%s: a bundle of %i bytes stays behind its link', (system, size) => {
    const requests = connect(system, first, { bundle: { ...BUNDLE, size } })
    expect(requests.map(({ purpose }) => purpose)).toEqual(['add-note'])
    expect(JSON.stringify(requests)).not.toContain('uploads')
  })

  it.each(['zendesk', 'jira', 'servicenow'])("%s: a ticket's id cannot leave its place in the path", (system) => {
    const ids = connect(system, first, { ticketId: '1/../../users?x=#' }).map(({ path }) => new URL(path, 'https://desk.example'))
    for (const { pathname, hash } of ids) expect([pathname.includes('/users'), hash]).toEqual([false, ''])
  })

  it('knows a system however it is written, and no other', () => {
    expect([connectorOf('ZenDesk') === connectorOf('zendesk'), connectorOf('lotus-notes')]).toEqual([true, undefined])
  })
})
