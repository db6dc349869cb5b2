import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceEntryName, receiptEntryName } from '../../../src/core/diagnosis/bundle-names.ts'

describe('evidenceEntryName', () => {
  it.each<[string, 'capture' | 'log', string]>([
    ['trace.pcap', 'capture', 'captures/trace.pcapng'],
    ['trace.pcapng.gz', 'capture', 'captures/trace.pcapng'],
    ['trace_00001_20250222101500.pcap.zst', 'capture', 'captures/trace_00001_20250222101500.pcapng'],
    ['batch print.log', 'log', 'logs/batch print.log'],
    ['Application.evtx', 'log', 'logs/Application.xml'],
    ['syslog', 'log', 'logs/syslog.log'],
    ['../../etc/passwd', 'log', 'logs/passwd.log'],
    ['C:\\traces\\a.pcap', 'capture', 'captures/a.pcapng'],
    ['con.log', 'log', 'logs/_con.log'],
    ['LPT1.pcap', 'capture', 'captures/_LPT1.pcapng'],
    ['..', 'log', 'logs/log.log'],
    ['', 'capture', 'captures/capture.pcapng'],
    ['a<script>alert(1)</script>.log', 'log', 'logs/script_.log'],
    ['invoice\u202Egol.exe', 'log', 'logs/invoice_gol.exe'],
    ['trace. ', 'log', 'logs/trace.log'],
    ['Drucker Büro 3.log', 'log', 'logs/Drucker Büro 3.log'],
    ['x.pcapng', 'log', 'logs/x.pcapng.log'],
    ['subject.pcap', 'capture', 'captures/subject-2.pcapng'],
  ])('%j as a %s lies in %s', (name, kind, entry) => {
    expect(evidenceEntryName(name, kind, [])).toBe(entry)
  })

  it.each<[string, string[], string]>([
    ['trace.pcap', ['captures/trace.pcapng'], 'captures/trace-2.pcapng'],
    ['TRACE.PCAP', ['captures/trace.pcapng'], 'captures/TRACE-2.pcapng'],
    ['trace.pcap', ['captures/trace.pcapng', 'captures/trace-2.pcapng'], 'captures/trace-3.pcapng'],
    ['ﬁle.pcap', ['captures/file.pcapng'], 'captures/ﬁle-2.pcapng'],
  ])('%s beside %j becomes %s', (name, taken, entry) => {
    expect(evidenceEntryName(name, 'capture', taken)).toBe(entry)
  })

  it('never escapes its folder, collides, or breaks a rule of Windows, whatever the names are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'binary', maxLength: 140 }), fc.constantFrom('capture' as const, 'log' as const))),
        (uploads) => {
          const taken: string[] = []
          for (const [name, kind] of uploads) taken.push(evidenceEntryName(name, kind, taken))
          for (const entry of taken) {
            expect(entry).toMatch(/^(captures|logs)\/[^\\/:*?"<>|\p{Cc}\p{Cf}]{1,100}$/u)
            expect(entry).not.toMatch(/[. ]$|\/[. ]|\/(con|nul|aux|prn|com\d|lpt\d)(\.|$)/i)
          }
          expect(new Set(taken.map((entry) => receiptEntryName(entry).toLowerCase())).size).toBe(taken.length)
        },
      ),
    )
  })
})
