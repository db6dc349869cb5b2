import { describe, expect, it } from 'vitest'
import { concat } from '../../../../src/core/diagnosis/bundle-zip.ts'
import { CasePrivacy } from '../../../../src/core/diagnosis/privacy/privacy.ts'
import { PseudonymMap, Pseudonyms } from '../../../../src/core/diagnosis/privacy/pseudonyms.ts'
import { reveal } from '../../../../src/core/diagnosis/privacy/reveal.ts'

const settings = { payload: 'keep', addresses: 'pseudonymise', names: ['PRNSRV01', 'büro-7'], domains: ['corp.acme.test'] } as const
const fresh = () => new CasePrivacy(settings)

describe('names and addresses in text', () => {
  it.each([
    ['an IPv4 address', 'from 10.1.2.3 to 10.1.2.9:9100', 'from 198.18.0.1 to 198.18.0.2:9100'],
    ['another subnet', '10.1.2.3 10.1.3.3', '198.18.0.1 198.18.1.1'],
    ['an address padded with zeros', '010.001.002.003', '198.18.0.1'],
    ['a directed broadcast', '10.1.2.255', '198.18.0.255'],
    ['what names nobody', '127.0.0.1 0.0.0.0 224.0.0.251 255.255.255.255 ::1', '127.0.0.1 0.0.0.0 224.0.0.251 255.255.255.255 ::1'],
    ['a version number that is none', '10.0.19041.1 and 1.2.3', '10.0.19041.1 and 1.2.3'],
    ['a time of day', '10:15:44 and 10:15:44.120', '10:15:44 and 10:15:44.120'],
    ['an IPv6 address', '[2a01:4f8::5]:9100', '[2001:db8:0:1::1]:9100'],
    ['a link-local address', 'fe80::1', 'fe80::1'],
    ['a MAC address with colons', '00:80:77:31:01:07', '00:80:77:00:00:01'],
    ['a MAC address with hyphens and capitals', '00-1B-21-AA-BB-CC', '00-1B-21-00-00-01'],
    ['a MAC address as Cisco writes it', '0080.7731.0107', '0080.7700.0001'],
    ['a listed name', 'server PRNSRV01 (prnsrv01)', 'server hangup-host-1 (hangup-host-1)'],
    ['a listed name with an umlaut', 'in BÜRO-7', 'in hangup-host-1'],
    ['part of a longer word', 'PRNSRV012', 'PRNSRV012'],
    ['a host under a listed domain', 'lbl07.corp.acme.test.', 'hangup-host-1.hangup-domain-2.example.'],
    ['another domain', 'www.other.test', 'www.other.test'],
    ['the server of a UNC path', '\\\\FILES\\share$', '\\\\hangup-host-1\\share$'],
    ['the same in JSON', '"\\\\\\\\FILES\\\\share"', '"\\\\\\\\hangup-host-1\\\\share"'],
    [
      'the computer of an event, and from then on its name',
      'WS42 <Computer>WS42</Computer> WS42',
      'hangup-host-1 <Computer>hangup-host-1</Computer> hangup-host-1',
    ],
  ])('%s: %s', (_, said, renamed) => {
    expect(fresh().text(said)).toBe(renamed)
  })

  it('a host found under a domain is known by its short name too', () => {
    const privacy = fresh()
    expect(privacy.text('lbl07.corp.acme.test is LBL07')).toMatch(/^(hangup-host-\d)\.hangup-domain-\d\.example is \1$/)
  })

  it.each([
    ['UTF-8', new TextEncoder().encode('büro-7 at 10.1.2.3\r\nlast 10.1.2.3')],
    ['UTF-16LE with a byte order mark', utf16('\ufeffbüro-7 at 10.1.2.3\r\nlast 10.1.2.3', true)],
    ['UTF-16LE', utf16('büro-7 at 10.1.2.3\r\nlast 10.1.2.3', true).slice(0)],
    ['UTF-16BE with a byte order mark', utf16('\ufeffbüro-7 at 10.1.2.3\r\nlast 10.1.2.3', false)],
  ])('a %s log is renamed in its own encoding, wherever chunks end', (label, bytes) => {
    const texts = [1, 2, 3, 7, 1000].map((size) => filtered(bytes, size))
    expect(new Set(texts.map((text) => text.join(' '))).size).toBe(1)
    const encoding = label.includes('LE') ? 'utf-16le' : label.includes('BE') ? 'utf-16be' : 'utf-8'
    expect(new TextDecoder(encoding).decode(Uint8Array.from(texts[0] ?? []))).toBe('hangup-host-1 at 198.18.0.1\r\nlast 198.18.0.1')
  })

  it('bytes that are no UTF-8 pass as they are', () => {
    const bytes = Uint8Array.of(0xfc, 0x20, ...new TextEncoder().encode('10.1.2.3'), 0x0a, 0xff, 0x80)
    expect(filtered(bytes, 3)).toEqual([0xfc, 0x20, ...new TextEncoder().encode('198.18.0.1'), 0x0a, 0xff, 0x80])
  })
})

describe('the map', () => {
  const said = 'PRNSRV01 10.1.2.3 [2a01:4f8::5]:9100 00-1B-21-AA-BB-CC 0080.7731.0107 lbl07.corp.acme.test ::ffff:10.1.2.3 ff02::1:ff00:5'

  it('undoes what it did', () => {
    const privacy = fresh()
    const renamed = privacy.text(said)
    for (const part of said.split(' ')) expect(renamed).not.toContain(part)
    expect(reveal(renamed, privacy.map)).toBe(said.replace('PRNSRV01', 'prnsrv01').replace('::ffff:10.1.2.3', '::ffff:a01:203'))
  })

  it('goes on in another session where the last one stopped', () => {
    const first = fresh()
    first.text(`${said} <Computer>WS42</Computer>`)
    const second = new CasePrivacy(settings, PseudonymMap.parse(JSON.parse(JSON.stringify(first.map))))
    expect(second.text('10.1.2.4 10.1.2.3')).toBe('198.18.0.2 198.18.0.1')
    expect(second.text('00-1B-21-AA-BB-CC')).toBe(first.text('00-1B-21-AA-BB-CC'))
    expect(second.text('on WS42')).toMatch(/^on hangup-host-\d$/)
  })

  it('leaves alone what it does not know', () => {
    expect(reveal('198.18.9.9 hangup-host-99 2001:db8::1', fresh().map)).toBe('198.18.9.9 hangup-host-99 2001:db8::1')
  })

  it('gives 254 hosts of a subnet and 65,536 addresses of further subnets names of their own', () => {
    const pseudonyms = new Pseudonyms()
    const made = new Set<string>()
    for (let subnet = 0; subnet < 500; subnet++)
      for (const host of [1, 7, 254]) made.add(pseudonyms.ipv4(`10.${subnet >> 8}.${subnet & 255}.${host}`))
    expect(made.size).toBe(1500)
    expect(pseudonyms.collisions).toBe(0)
    expect([...made].every((address) => address.startsWith('198.18.') || address.startsWith('198.19.'))).toBe(true)
  })
})

describe('what was done', () => {
  it('is listed with counts, and that free text was not searched for names', () => {
    const privacy = fresh()
    privacy.text('10.1.2.3 10.1.2.4')
    const report = privacy.report()
    expect(report.rules).toContainEqual({ rule: 'IPv4 addresses in text renamed', count: 2 })
    expect(report.says).toContain('Free text was not searched for other names')
  })

  it('nothing changes unless it was asked for', () => {
    const privacy = new CasePrivacy({ payload: 'keep', addresses: 'keep' })
    expect(privacy.text('10.1.2.3 PRNSRV01')).toBe('10.1.2.3 PRNSRV01')
    expect(privacy.strips).toBe(false)
  })
})

function filtered(bytes: Uint8Array, size: number): number[] {
  const out: Uint8Array[] = []
  const filter = fresh().filter('log', (piece) => void out.push(piece))
  for (let at = 0; at < bytes.length; at += size) filter.push(bytes.slice(at, at + size))
  filter.end()
  return [...concat(out)]
}

function utf16(text: string, littleEndian: boolean): Uint8Array {
  const out = new DataView(new ArrayBuffer(text.length * 2))
  for (let i = 0; i < text.length; i++) out.setUint16(2 * i, text.charCodeAt(i), littleEndian)
  return new Uint8Array(out.buffer)
}
