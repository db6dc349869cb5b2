import { describe, expect, it } from 'vitest'
import { renderHtml } from '../../../src/core/diagnosis/report-html.ts'
import { MARKDOWN_LIMIT, renderMarkdown } from '../../../src/core/diagnosis/report-markdown.ts'
import type { Diagnosis } from '../../../src/core/diagnosis/schema.ts'
import { pcap } from '../../support/capture-files.ts'
import { diagnosed, evidenceFile } from '../../support/diagnosed.ts'

const START = '2026-03-02T09:14:00Z'

/** A printer's last words, a log line and a file name that all hold `text`; the case is an ordinary early close. */
async function caseOf(text: string): Promise<Diagnosis> {
  const hex = Buffer.from(`@PJL USTATUS DEVICE\r\nCODE=40021\r\nDISPLAY="${text}"\r\n`).toString('hex')
  const capture = pcap(
    `0 host > peer SYN mss=1460
    0.001 peer > host SYN ACK mss=1460
    0.002 host > peer ACK
    1 host > peer ACK len=1460
    1.001 peer > host ACK
    7.4 peer > host PSH ACK hex=${hex}
    7.401 peer > host FIN ACK
    7.402 host > peer ACK len=1460
    7.403 peer > host RST`,
    { start: START },
  )
  const line = `2026-03-02T09:14:07.412Z ERROR ${text} port 10.0.0.9:9100: Connection reset by peer (WSAECONNRESET 10054) ${text}`
  return diagnosed(
    [evidenceFile(`${text}.pcap`, 'capture', capture), evidenceFile(`${text}.log`, 'log', new TextEncoder().encode(`${line}\n`))],
    { error: `${text} WSAECONNRESET 10054` },
  )
}

const HOSTILE: [string, string][] = [
  ['a script', '<script>alert(1)</script>'],
  ['a link', '[x](http://evil.example)'],
  ['a bare address', 'http://evil.example/?a=b'],
  ['a mention', '@team'],
  ['an image', '![](http://evil.example/p.png)'],
  ['an HTML image', '<img src=x onerror=alert(1)>'],
  ['a hidden reversal', 'a\u202Egnp.exe'],
  ['terminal escapes', '\u001B[31mred\u001B]8;;http://evil.example\u0007link\u001B]8;;\u0007'],
  ['a fence', '``` ~~~ `'],
  ['an issue and a command', '#12 /close GH-12 JIRA-7'],
  ['a very long word', 'w'.repeat(200)],
  ['an attribute', '"\' onmouseover=alert(1) x="'],
  ['an entity', '&lt;b&gt; &#x3c;b'],
]

describe('a case whose log, file names and answer hold', () => {
  it.each(HOSTILE)('%s: in the ticket text nothing of it is more than words', async (_, text) => {
    const ticket = renderMarkdown(await caseOf(text))
    expect(ticket.length).toBeLessThanOrEqual(MARKDOWN_LIMIT)
    const outside = ticket.replaceAll('< 1 %', '').replace(/(?<!`)(`+)(?!`)[^\n]*?(?<!`)\1(?!`)/g, '')
    expect(outside).not.toMatch(/[<>@[\]!`~]|https?:|evil|#\d|GH-|JIRA|\/close/)
    expect(ticket).not.toMatch(/[^\P{Cc}\n]|\u202E/u)
  })

  it.each(HOSTILE)('%s: on the page it is text', async (_, text) => {
    const diagnosis = await caseOf(text)
    expect(diagnosis.peerAnswer?.text).toContain('DISPLAY')
    const page = renderHtml(diagnosis)
    expect(page).not.toMatch(/<(script|img|a|b)\b|[^\P{Cc}\n]|\u202E/iu)
    expect(page.replace(/>[^<]*</g, '><')).not.toMatch(/\son[a-z]+=/i)
  })
})
