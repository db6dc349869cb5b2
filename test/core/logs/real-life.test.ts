import { expect, it } from 'vitest'
import type { LogOptions } from '../../../src/core/logs/record.ts'
import { cut, ns, recordsOf } from './support.ts'

const NEAR = { incidentAtNs: ns('2026-03-02T10:14:07') }

/** What people send: each record's time of day (the date too, where it is not 2 March 2026) and its lines, where it has more than one. */
it.each<[what: string, log: string, expected: string, options?: LogOptions]>([
  [
    'logback with a time alone, the date in the file’s name',
    '10:14:07.123 [main] INFO  c.x.Y - a\njava.net.SocketException: Connection reset\n\tat a.b.C(C.java:12)\n10:14:08.123 [main] INFO b\n',
    '2026-03-05 10:14:07.123 (3), 2026-03-05 10:14:08.123',
    { fileName: 'app-2026-03-05.log' },
  ],
  ['a time alone, the date in the name as Germans write it', '10:14:07 a\n', '2026-03-05 10:14:07', { fileName: 'druck_05.03.2026.log' }],
  ['dates in lines of their own', 'Datum: 03.03.2026\n10:14:07 a\n', 'undated, 2026-03-03 10:14:07'],
  [
    'netsh trace as text',
    '[0]0004.0000::03/02/2026-10:14:07.123 [Microsoft-Windows-TCPIP] a\n[0]0004.0000::03/13/2026-10:14:08.123 [x] b\n',
    '10:14:07.123, 2026-03-13 10:14:08.123',
  ],
  [
    'pktmon as text',
    '10:14:07.123456700 PktGroupId 1, PktNumber 1\n\t00-11 > 00-33, length 60: 10.0.0.9.9100 > 10.0.0.5.5: Flags [R.]\n10:14:07.2 x\n',
    '10:14:07.123 (2), 10:14:07.200',
  ],
  [
    'IIS with the date in its header alone',
    '#Software: Microsoft Internet Information Services 10.0\n#Date: 2026-03-02 00:00:00\n#Fields: time c-ip\n10:14:07 10.0.0.9\n#Date: 2026-03-03 00:00:00\n10:14:09 10.0.0.9\n',
    '10:14:07, 2026-03-03 10:14:09',
  ],
  ['Tomcat, German', '02-März-2026 10:14:07.123 SCHWERWIEGEND [http] x\n\tjava.net.SocketException: y\n', '10:14:07.123 (2)'],
  ['Tomcat, Spanish', '02-mar.-2026 10:14:07.123 INFORMACIÓN [main] x\n', '10:14:07.123'],
  ['Tomcat, Russian', '02-мая-2026 10:14:07.123 СЕРЬЕЗНО [main] x\n', '2026-05-02 10:14:07.123'],
  ['Tomcat, Chinese', '02-十二月-2026 10:14:07.123 [main] x\n', '2026-12-02 10:14:07.123'],
  ['Tomcat, French, of old', '2 mars 2026 10:14:07 org.apache.catalina.core.X invoke\nGRAVE: y\n', '10:14:07 (2)'],
  ['Tomcat, Japanese, of old', '3月 02, 2026 10:14:07 午後 org.apache.catalina.core.X invoke\n情報: y\n', '22:14:07 (2)'],
  [
    'a Python traceback',
    '2026-03-02 10:14:07,123 - root - ERROR - a\nTraceback (most recent call last):\n  File "a.py", line 3\nConnectionResetError: [Errno 104] x\n\nDuring handling of the above exception:\n\n2026-03-02 10:14:08,123 b\n',
    '10:14:07.123 (7), 10:14:08.123',
  ],
  [
    'a Go panic',
    '2026/03/02 10:14:07 http: panic serving 10.0.0.9:5\ngoroutine 7 [running]:\nmain.f(0xc00009a0a0)\n\t/x/server.go:1825 +0xbf\n2026/03/02 10:14:08 b\n',
    '10:14:07 (4), 10:14:08',
  ],
  ['journalctl -o short-iso', '2026-03-02T10:14:07+0100 host cupsd[1]: a\n-- Boot 7f --\n', '09:14:07 (2)'],
  ['journalctl -o short-full', 'Mon 2026-03-02 10:14:07 CET host cupsd[1]: a\n', '09:14:07'],
  ['journalctl -o short-unix', '1772446447.123456 host cupsd[1]: a\n', '10:14:07.123'],
  ['journalctl -o json', '{"MESSAGE":"a","__REALTIME_TIMESTAMP":"1772446447123456"}\n', '10:14:07.123'],
  ['journalctl -o export', '__CURSOR=a\n__REALTIME_TIMESTAMP=1772446447123456\nMESSAGE=a\n\n', '10:14:07.123 (4)'],
  ['nginx’s errors', '2026/03/02 10:14:07 [error] 12#12: *34 recv() failed (104: Connection reset by peer)\n', '10:14:07'],
  ['CUPS’s requests', 'localhost - - [02/Mar/2026:10:14:07 +0100] "POST / HTTP/1.1" 200 349 Print-Job successful-ok\n', '09:14:07'],
  ['CUPS’s pages', 'HP_LaserJet user 123 [02/Mar/2026:10:14:07 +0100] total 1 - localhost label.zpl - -\n', '09:14:07'],
  ['a bracket, a comma, an M-code', '[2026-03-02 10:14:07,123] ERROR (M1556) Software caused the connection to abort.\n', '10:14:07.123'],
  ['a tab before each stamp', '\t2026-03-02 10:14:07 a\n\t2026-03-02 10:14:08 b\n', '10:14:07, 10:14:08'],
  [
    'dates in indented lines of records',
    `2026-03-02 10:14:07 a\n${'  2020-01-01 00:00:00 x\n'.repeat(5)}2026-03-02 10:14:08 b\n`,
    '10:14:07 (6), 10:14:08',
  ],
  [
    'CSV with quoted line feeds and semicolons',
    '"Zeit";"Ebene";"Text"\n"02.03.2026 10:14:07";"Fehler";"a\nb; ""c""\n02.03.2026 11:00:00 x"\n"02.03.2026 10:14:08";"Info";"d"\n',
    '10:14:07 (3), 10:14:08',
  ],
  [
    'CSV with milliseconds since 1970',
    'ts,level,msg\n1772446447123,INFO,"a\n1772446449123"\n1772446448123,ERROR,b\n',
    '10:14:07.123 (2), 10:14:08.123',
  ],
  [
    'a colour before the stamp',
    '\u001b[32m2026-03-02 10:14:07\u001b[0m INFO a\n\u001b[31m2026-03-02 10:14:08\u001b[0m ERROR b\n',
    '10:14:07, 10:14:08',
  ],
  ['Spring Boot in colour', '\u001b[2m2026-03-02T10:14:07.123+01:00\u001b[0;39m \u001b[32m INFO\u001b[0;39m a\n', '09:14:07.123'],
  ['logrus in colour', '\u001b[31mERRO\u001b[0m[2026-03-02T10:14:07Z] a\n', '10:14:07'],
  ['Docker’s JSON', '{"log":"a 2020-01-01 00:00:00\\n","stream":"stdout","time":"2026-03-02T10:14:07.123456789Z"}\n', '10:14:07.123'],
  ['containerd (CRI)', '2026-03-02T10:14:07.1Z stdout F a\n2026-03-02T10:14:08.12Z stderr P b\n', '10:14:07.100, 10:14:08.120'],
  ['docker compose', 'web-1  | 2026-03-02 10:14:07 a\nweb-1  |   at x\ndb-1   | 2026-03-02 10:14:09 c\n', '10:14:07 (2), 10:14:09'],
  ['SAP’s dev_w0', 'M Mon Mar  2 10:14:07 2026\nM  ***LOG R49\nM Mon Mar  2 10:14:08:123 2026\n', '10:14:07 (2), 10:14:08.123'],
  ['Windows DHCP', 'ID,Date,Time,Description\n24,03/02/26,10:14:07,a\n10,03/13/26,10:14:08,b\n', '10:14:07, 2026-03-13 10:14:08'],
  ['Fortigate', 'date=2026-03-02 time=10:14:07 devname="fw"\n', '10:14:07'],
  ['Thai Windows, years since 543 BC', '02/03/2569 10:14:07 a\n13/03/2569 10:14:08 b\n', '10:14:07, 2026-03-13 10:14:08'],
  ['Hungarian Windows', '2026.03.02. 10:14:07 a\n', '10:14:07'],
  ['Finnish', '2.3.2026 klo 10.14.07 a\n', '10:14:07'],
  ['Bulgarian Windows', '2.3.2026 г. 10:14:07 ч. a\n', '10:14:07'],
])('%s', async (_what, log, expected, options) => {
  const records = await recordsOf(log, { ...NEAR, ...options })
  const shown = records.map(({ timestampNs, lines }) => {
    const iso = timestampNs === undefined ? 'undated' : new Date(Number(timestampNs / 1_000_000n)).toISOString()
    const time = iso
      .replace('T', ' ')
      .replace('2026-03-02 ', '')
      .replace(/(?:\.000)?Z$/, '')
    return lines > 1 ? `${time} (${lines})` : time
  })
  expect(shown.join(', ')).toBe(expected)
})

it.each([
  ['with Latin letters', '2026-03-02 10:14:07 send failed: WSA error 10053\r\n'],
  ['short', '10:14:07 Verbindung zurückgesetzt, Fehler 10054\r\n'],
])('UTF-16 without a byte order mark, %s', async (_what, log) => {
  const { logDigest, text } = await cut(new Uint8Array(Buffer.from(log, 'utf16le')), NEAR)
  expect([logDigest.errors.length, text.length]).toEqual([1, log.length * 2])
})
