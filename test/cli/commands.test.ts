import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { gzipSync, unzipSync, zipSync } from 'fflate'
import { afterAll, describe, expect, it } from 'vitest'
import { COMMANDS } from '../../src/cli/commands.ts'
import { originals } from '../support/originals.ts'
import { runCommand } from './run-command.ts'

const CORPUS = new URL('../corpus/', import.meta.url).pathname
const CAPTURE = join(CORPUS, 'c001.pcap')
const LOG = join(CORPUS, 'c001.log')
const AT = '2025-09-23T13:59:37.611943Z'
const HOST = '10.20.172.89'
const PEER = '10.20.172.253'
const folder = mkdtempSync(join(tmpdir(), 'hangup-test-'))
const file = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true }))

describe('hangup', () => {
  it.each([[], ['--help'], ['help']])('helps a person who types hangup %s', async (...words) => {
    const { code, out } = await runCommand(...words.flat())
    expect([code, COMMANDS.every(({ name }) => out.includes(`\n  ${name} `))]).toEqual([0, true])
  })

  it.each(COMMANDS.map(({ name }) => name))('%s --help shows an example that begins with the command', async (name) => {
    const { code, out } = await runCommand(name, '--help')
    expect([code, out]).toEqual([0, expect.stringContaining(`\n  hangup ${name} `)])
    expect(out).toMatch(/\nExamples?\n/)
  })

  it.each(COMMANDS.map(({ name }) => name))('%s --help fits into 80 columns, but for what is to be copied', async (name) => {
    const lines = (await runCommand(name, '--help')).out.split('\n').filter((line) => !line.includes('  hangup '))
    expect(lines.filter((line) => line.length > 80)).toEqual([])
  })

  it.each([
    ['an unknown command', ['cut'], 2, 'there is no command "cut"'],
    ['a command misspelt', ['diagnos'], 2, 'did you mean diagnose?'],
    ['an unknown option', ['diagnose', '--att', 'x', CAPTURE], 2, 'did you mean --at?'],
    ['no file', ['diagnose'], 2, 'Name at least one capture or log'],
    ['a file that is not there', ['diagnose', '/none.pcap'], 1, '/none.pcap: there is no such file'],
    ['a time that is none', ['diagnose', '--at', 'noon', CAPTURE], 2, 'write it like 2025-01-15T08:48:21Z'],
    ['a duration that is none', ['diagnose', '--at', AT, '--before', 'x', CAPTURE], 2, '"x" is no duration'],
    ['a zone that is none', ['diagnose', '--timezone', 'Mars', '--at', '2025-01-01T00:00', CAPTURE], 2, 'unknown time zone "Mars"'],
    ['a peer that is no address', ['diagnose', '--peer', 'printer', CAPTURE], 2, 'this is no IP address'],
    ['an option that files do not have', ['diagnose', `${CAPTURE},zone=x`], 2, '"zone=x" is no option of a file'],
    ['a window that ends before it begins', ['trim', '--from', AT, '--to', AT, CAPTURE], 2, '--to must be later than --from'],
    ['a log given to connections', ['connections', LOG], 2, 'is no capture'],
    ['a service that is no address', ['send', '--to', 'hangup', '--at', AT, CAPTURE], 2, 'this is no web address'],
    ['a capture given to verify', ['verify', CAPTURE], 1, ''],
  ])('%s: exit code and what to do', async (_, words, code, says) => {
    const ran = await runCommand(...words)
    expect(ran.code).toBe(code)
    expect(ran.err).toContain(says)
  })
})

describe('diagnose', () => {
  it('gives JSON with the base names of the inputs', async () => {
    const { code, out } = await runCommand('diagnose', '--json', '--at', AT, '--timezone', '+02:00', CAPTURE, LOG)
    const { verdict, inputs } = JSON.parse(out)
    expect([code, verdict.cause, inputs.map(({ name }: { name: string }) => name)]).toEqual([
      0,
      'fin-wait-1-timeout',
      ['c001.pcap', 'c001.log'],
    ])
  })

  it.each([
    ['--markdown', /^## /],
    ['--html', /^<!doctype html>/i],
  ])('%s', async (form, begins) => {
    expect((await runCommand('diagnose', form, CAPTURE)).out).toMatch(begins)
  })

  it('takes a time without a zone for --timezone, else for UTC, and says so', async () => {
    const said = await runCommand('diagnose', '--json', '--at', '2025-09-23 13:59:37', CAPTURE)
    expect(said.err).toContain('names no zone and is read as UTC')
    const zoned = await runCommand('diagnose', '--json', '--at', '2025-09-23 15:59:37', '--timezone', 'Europe/Berlin', CAPTURE)
    expect([zoned.err, zoned.out]).toEqual(['', said.out])
  })
})

describe('a plain zip', () => {
  const zip = file('case.zip')
  const bytes = {
    'trace.pcap': readFileSync(CAPTURE),
    'logs/batch.log.gz': gzipSync(readFileSync(LOG)),
    'logs/readme.txt': new Uint8Array(0),
    'inner.zip': zipSync({ 'x.log': readFileSync(LOG) }),
  }
  writeFileSync(zip, zipSync(bytes))

  it('gives diagnose each of its files, and says which it passes over', async () => {
    const { code, out, err } = await runCommand('diagnose', '--json', '--at', AT, '--timezone', '+02:00', zip)
    const { verdict, inputs } = JSON.parse(out)
    expect([code, verdict.cause, inputs.map(({ name }: { name: string }) => name)]).toEqual([
      0,
      'fin-wait-1-timeout',
      ['trace.pcap', 'logs/batch.log.gz'],
    ])
    expect(err.split('\n')).toEqual([
      expect.stringContaining('logs/readme.txt in case.zip is passed over: the file is empty'),
      expect.stringContaining('inner.zip in case.zip is passed over: an archive inside an archive'),
      '',
    ])
  })

  it('gives connections its captures and errors its logs, as the files themselves do', async () => {
    expect((await runCommand('connections', '--json', zip)).out).toBe((await runCommand('connections', '--json', CAPTURE)).out)
    const { out } = await runCommand('errors', '--json', '--timezone', '+02:00', zip)
    expect(JSON.parse(out)).toMatchObject([{ file: 'logs/batch.log.gz', line: 136, canonical: 'ECONNABORTED' }])
  })

  it.each([
    ['nothing that can be read', { 'inner.zip': zipSync({}) }, 'an archive inside an archive'],
    [
      'more files than is allowed',
      Object.fromEntries(Array.from({ length: 201 }, (_, i) => [`${i}.log`, bytes['trace.pcap']])),
      '200 files',
    ],
    ['no file', {}, 'the zip holds no file'],
  ])('with %s: exit code 1 and why', async (_, content, says) => {
    writeFileSync(file('odd.zip'), zipSync(content, { level: 0 }))
    expect(await runCommand('diagnose', file('odd.zip'))).toMatchObject({ code: 1, err: expect.stringContaining(says) })
  })

  it('that is a bundle gives connections and errors the evidence it holds', async () => {
    await runCommand('bundle', '-o', file('again.zip'), CAPTURE, LOG)
    const rows = JSON.parse((await runCommand('connections', '--json', file('again.zip'))).out)
    expect(rows).toHaveLength(6)
  })
})

describe('trim', () => {
  const WINDOW = ['--from', '2025-09-23T13:59:28Z', '--to', '2025-09-23T13:59:32Z']

  it('keeps the same bytes on standard output, in a file and packed', async () => {
    await runCommand('trim', ...WINDOW, '-o', file('t.pcap'), CAPTURE)
    await runCommand('trim', ...WINDOW, '-o', file('t.pcap.gz'), CAPTURE)
    const plain = readFileSync(file('t.pcap'))
    expect(plain.length).toBe(3093)
    expect(gunzipSync(readFileSync(file('t.pcap.gz'))).equals(plain)).toBe(true)
  })

  it('keeps whole records of a log, in its zone', async () => {
    const { out, err } = await runCommand('trim', '--from', '15:59', '--to', '16:00', LOG)
    expect([out, err]).toEqual(['', expect.stringContaining('write it like')])
    const zone = ['--timezone', 'Europe/Berlin']
    const { out: kept } = await runCommand('trim', '--from', '2025-09-23 15:59:55', '--to', '2025-09-23 15:59:56', ...zone, LOG)
    expect(kept).toContain('03:59:55 PM')
    expect(readFileSync(LOG, 'utf8')).toContain(kept)
  })

  it('keeps only what concerns a peer', async () => {
    const { err } = await runCommand('trim', ...WINDOW, '--only-peer', '10.20.172.253', CAPTURE)
    expect(err).toMatch(/: \d+ of 263 packets kept/)
  })

  it('leaves what was there before when it fails', async () => {
    writeFileSync(file('kept.pcap'), 'before')
    const { code } = await runCommand('trim', ...WINDOW, '-o', file('kept.pcap'), '/none.pcap')
    expect([code, readFileSync(file('kept.pcap'), 'utf8')]).toEqual([1, 'before'])
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([])
  })
})

describe('connections', () => {
  it('is an array, one row a connection in capture order', async () => {
    const rows = JSON.parse((await runCommand('connections', '--json', CAPTURE)).out)
    expect(rows).toHaveLength(6)
    expect(rows[2]).toMatchObject({
      protocol: 'tcp',
      connState: 'S2',
      history: 'ShADaF',
      retransmissions: { originator: 5, responder: 0 },
      resetBy: null,
    })
  })
})

describe('errors', () => {
  it('names error, line, peer and the capture that covers it', async () => {
    const { out } = await runCommand('errors', '--json', '--timezone', '+02:00', LOG, CAPTURE)
    expect(JSON.parse(out)).toMatchObject([{ line: 136, canonical: 'ECONNABORTED', peer: '10.20.172.253:631' }])
  })

  it('looks a code up', async () => {
    expect((await runCommand('errors', '--look-up', '10053')).out).toContain('ECONNABORTED')
  })
})

describe('bundle, verify and diagnose again', () => {
  it('make, check and repeat a diagnosis; a flipped byte is named', async () => {
    const zip = file('case.zip')
    expect((await runCommand('bundle', '--at', AT, '--timezone', '+02:00', '-o', zip, CAPTURE, LOG)).code).toBe(0)
    expect(await runCommand('verify', zip)).toMatchObject({ code: 0, out: expect.stringContaining('not signed') })
    expect(JSON.parse((await runCommand('diagnose', '--json', zip)).out).verdict.cause).toBe('fin-wait-1-timeout')
    const bytes = readFileSync(zip)
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1
    writeFileSync(file('changed.zip'), bytes)
    expect(await runCommand('verify', file('changed.zip'))).toMatchObject({
      code: 1,
      out: expect.stringMatching(/json: |captures|logs|receipts|report/),
    })
  })

  it('is the same bytes each time', async () => {
    for (const name of ['a.zip', 'b.zip']) await runCommand('bundle', '--at', AT, '-o', file(name), CAPTURE, LOG)
    expect(readFileSync(file('a.zip')).equals(readFileSync(file('b.zip')))).toBe(true)
  })
})

describe('a private bundle', () => {
  const asked = ['bundle', '--at', AT, '--timezone', '+02:00', '--host', HOST, '--peer', `${PEER}:9100`]
  const entries = (zip: string) => Object.entries(unzipSync(readFileSync(zip)))

  it('with --pseudonymise holds no original address, and the map, kept beside it, restores the report', async () => {
    const map = file('private-map.json')
    const ran = await runCommand(...asked, '--pseudonymise', '--map', map, '-o', file('private.zip'), CAPTURE, LOG)
    expect(ran).toMatchObject({ code: 0, err: expect.stringContaining('private-map.json') })
    for (const [name, bytes] of entries(file('private.zip'))) {
      for (const original of originals(HOST, PEER)) expect(Buffer.from(bytes).includes(original), `${name} ${original}`).toBe(false)
    }
    await runCommand(...asked, '--strip-payload', '-o', file('stripped.zip'), CAPTURE, LOG)
    const headlineOf = (zip: string): string =>
      JSON.parse(Buffer.from(unzipSync(readFileSync(zip))['diagnosis.json'] ?? []).toString()).verdict.headline
    writeFileSync(file('headline.txt'), headlineOf(file('private.zip')))
    expect(headlineOf(file('private.zip'))).not.toBe(headlineOf(file('stripped.zip')))
    expect((await runCommand('reveal', '--map', map, file('headline.txt'))).out).toBe(headlineOf(file('stripped.zip')))
    expect(await runCommand('verify', file('private.zip'))).toMatchObject({ code: 0 })
  })

  it('asks where the map may go before it writes anything', async () => {
    const ran = await runCommand(...asked, '--pseudonymise', '-o', file('nowhere.zip'), CAPTURE)
    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('--map') })
    expect(readdirSync(folder)).not.toContain('nowhere.zip')
  })
})

describe('reveal', () => {
  it('puts names and addresses back', async () => {
    const map = { schemaVersion: 1, ipv4: [['10.0.0.9', '198.18.0.1']], ipv6: { networks: [], middles: [], lows: [] }, macs: [], names: [] }
    writeFileSync(file('map.json'), JSON.stringify(map))
    writeFileSync(file('report.md'), 'reset by 198.18.0.1')
    expect((await runCommand('reveal', '--map', file('map.json'), file('report.md'))).out).toBe('reset by 10.0.0.9')
  })

  it('refuses a map that is none', async () => {
    writeFileSync(file('no-map.json'), '{}')
    expect(await runCommand('reveal', '--map', file('no-map.json'), file('no-map.json'))).toMatchObject({ code: 2 })
  })
})
