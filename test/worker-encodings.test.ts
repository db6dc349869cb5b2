import { afterAll, beforeAll, expect, it } from 'vitest'
import { cutUpload } from '../src/core/intake/cut-upload.ts'
import type { CutReceipt } from '../src/core/intake/receipt.ts'
import { byteWriter } from '../src/core/logs/errors/byte-writer.ts'
import { windowRound } from '../src/core/time/window.ts'
import { RunningWorker } from './support/worker.ts'

/** The encodings a log may be declared in: workerd's decoders are its own. */
let worker: RunningWorker
let id: string
const INCIDENT = '2026-03-02T10:14:07Z'

beforeAll(async () => {
  worker = await RunningWorker.start()
  id = (await worker.json<{ id: string }>('POST', '/v1/cases', { incidentAt: INCIDENT })).id
})
afterAll(() => worker.close())

const STAMP = '2026-03-02 10:14:07 '
const POLISH = 'Istniejące połączenie zostało gwałtownie zamknięte przez zdalnego hosta'
const RUSSIAN = 'Удаленный хост принудительно разорвал существующее подключение'
const GERMAN = 'Der Drucker 10.0.0.9:9100 meldet: Wartezeit für die Verbindung abgelaufen'
const FRENCH = 'Une connexion établie a été abandonnée par un logiciel de votre ordinateur hôte'

it.each([
  ['windows-1252', GERMAN],
  ['windows-1252', FRENCH],
  ['iso-8859-1', FRENCH],
  ['iso-8859-15', FRENCH],
  ['windows-1250', POLISH],
  ['iso-8859-2', POLISH],
  ['windows-1251', RUSSIAN],
  ['koi8-r', RUSSIAN],
  ['ibm866', RUSSIAN],
  ['macintosh', FRENCH],
  ['shift_jis', '既存の接続はリモート ホストに強制的に切断されました'],
  ['euc-jp', '既存の接続はリモート ホストに強制的に切断されました'],
  ['gbk', '远程主机强迫关闭了一个现有的连接'],
  ['gb18030', '远程主机强迫关闭了一个现有的连接'],
  ['big5', '遠端主機已強制關閉一個現存的連線'],
  ['euc-kr', '현재 연결은 원격 호스트에 의해 강제로 끊겼습니다'],
])('a log in %s has the same receipt as in Node: %s', async (encoding, wording) => {
  const writer = byteWriter(new TextDecoder(encoding).encoding)
  const bytes = Uint8Array.from([...`${STAMP}${wording}\n`].flatMap((char) => [...(writer.write(char) ?? [])]))
  expect(new TextDecoder(encoding).decode(bytes)).toBe(`${STAMP}${wording}\n`)
  const answer = await worker.fetch('PUT', `/v1/cases/${id}/files/a.log?encoding=${encoding}`, { body: bytes })
  expect(answer.status).toBe(201)
  const [theirs] = await worker.json<CutReceipt[]>('GET', `/v1/cases/${id}/files/a.log/receipt`)
  const ours = await receiptHere(bytes, encoding)
  expect(ours?.logDigest?.errors).toHaveLength(1)
  expect({ digest: theirs?.logDigest, kept: theirs?.kept, options: theirs?.options }).toEqual({
    digest: ours?.logDigest,
    kept: ours?.kept,
    options: ours?.options,
  })
})

it.each(['cp850', 'ibm437', 'utf-7'])('an encoding that the web does not know is refused: %s', async (encoding) => {
  const body = new TextEncoder().encode(`${STAMP}x\n`)
  const answer = await worker.fetch('PUT', `/v1/cases/${id}/files/b.log?encoding=${encoding}`, { body })
  expect(await answer.json()).toMatchObject({ code: 'bad-option', detail: expect.stringContaining(encoding) })
})

async function receiptHere(bytes: Uint8Array, encoding: string): Promise<CutReceipt | undefined> {
  const incidentAtNs = BigInt(Date.parse(INCIDENT)) * 1_000_000n
  const request = {
    window: windowRound(incidentAtNs),
    incidentAtNs,
    scope: 'all',
    toolVersion: '0',
    by: 'service',
    keepHeader: true,
  } as const
  const nowhere = () => ({ write: () => undefined, end: () => undefined, abort: () => undefined })
  const [receipt] = await cutUpload([bytes], 'a.log', { encoding }, request, nowhere)
  return receipt
}
