import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { runCommand } from '../cli/run-command.ts'
import { form } from '../support/sample.ts'
import { DEV_KEY, TestService } from '../support/service.ts'

/** A log whose clock is an hour ahead: the peer's error stands an hour after the incident, another printer's inside the window. */
const LOG = [
  '2026-03-02T09:00:00Z queue a: send to 10.0.0.7:9100 failed: connection refused',
  ...Array.from({ length: 20 }, (_, n) => `2026-03-02T09:${20 + n}:00Z queue b: idle`),
  '2026-03-02T10:00:02Z queue c: send to 10.0.0.9:9100 failed: WSA error 10053',
  '2026-03-02T10:30:00Z queue c: idle',
  '',
].join('\n')
const CASE = { incidentAt: '2026-03-02T09:00:03Z', peer: '10.0.0.9:9100', error: 'WSA error 10053' }
const SHIFT = { code: 'clock-shift', message: expect.stringContaining('clockOffset=+3600') }

interface Answer {
  readonly id: string
  readonly warnings: readonly unknown[]
  readonly outcomes: readonly { readonly warnings: readonly unknown[] }[]
}

it('a log one hour off is told by PUT, and put again with the offset its error is kept', async () => {
  const service = await TestService.start()
  const { body: opened } = await service.call<Answer>('POST', '/v1/cases', CASE)
  const put = (query: string) =>
    service.call<Answer>('PUT', `/v1/cases/${opened.id}/files/app.log${query}`, undefined, { body: new TextEncoder().encode(LOG) })
  const first = await put('')
  expect(first).toMatchObject({ status: 201, body: { kept: 1 } })
  expect(first.body.warnings).toContainEqual(SHIFT)
  const second = await put('?clockOffset=3600')
  expect(second.body).toMatchObject({ kept: 1, warnings: [] })
})

it('by intake', async () => {
  const service = await TestService.start()
  const answer = await service.fetch('POST', '/v1/intake', {
    body: form([...Object.entries(CASE), ['file', new TextEncoder().encode(LOG), 'app.log']]),
  })
  const { outcomes } = (await answer.json()) as Answer
  expect(outcomes[0]?.warnings).toContainEqual(SHIFT)
})

it('and by the command line, which cuts again by itself', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hangup-shift-'))
  const path = join(folder, 'app.log')
  writeFileSync(path, LOG)
  const known = ['--at', CASE.incidentAt, '--peer', CASE.peer, '--error', CASE.error]
  const { code, err } = await runCommand('send', '--to', 'https://hangup.example.com', '--key', 'k', '--dry-run', ...known, path)
  rmSync(folder, { recursive: true })
  expect([code, err]).toEqual([0, expect.stringContaining("the log's clock is ahead by 3600 s: it was cut again with that corrected")])
  expect(err).toContain('is sent: 1 record')
})

it.each([
  ['its error', { incidentAt: CASE.incidentAt, error: CASE.error }],
  ['its peer', { incidentAt: CASE.incidentAt, peer: CASE.peer, scope: 'all' }],
])('and into a case that support has opened, which knows %s', async (_what, fields) => {
  const service = await TestService.start()
  const { body } = await service.call<Answer>('POST', '/v1/cases', fields)
  const base = 'https://hangup.example'
  vi.stubGlobal('fetch', (url: string, init: RequestInit = {}) =>
    service.fetch(init.method ?? 'GET', url.slice(base.length), { ...init, key: DEV_KEY }),
  )
  const folder = mkdtempSync(join(tmpdir(), 'hangup-shift-'))
  writeFileSync(join(folder, 'app.log'), LOG)
  const { code, err } = await runCommand('send', '--to', base, '--key', 'k', '--case', body.id, '--dry-run', join(folder, 'app.log'))
  rmSync(folder, { recursive: true })
  vi.unstubAllGlobals()
  expect([code, err]).toEqual([0, expect.stringContaining("the log's clock is ahead by 3600 s")])
})
