import { execFile, execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SAMPLE } from '../support/sample.ts'
import { RunningWorker, WORKER_KEY } from '../support/worker.ts'

const run = promisify(execFile)
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const FILES = ['early-close.pcap', 'early-close.log'].map((name) => here(`../samples/${name}`))

/** curl, Node and Python must be there; PowerShell is run where it is. */
const EXAMPLES: [name: string, program: string, ...args: string[]][] = [
  ['curl', 'sh', here('case.sh')],
  ['TypeScript', process.execPath, here('case.ts')],
  ['Python', 'python3', here('case.py')],
]
if (isInstalled('pwsh')) EXAMPLES.push(['PowerShell', 'pwsh', '-NoProfile', '-File', here('case.ps1')])

function isInstalled(program: string): boolean {
  try {
    execFileSync(program, ['-Version'], { stdio: 'ignore' })
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

describe('the examples that the README shows', () => {
  let service: RunningWorker
  beforeAll(async () => {
    service = await RunningWorker.start()
  })
  afterAll(() => service.close())

  const send = (program: string, args: readonly string[], key: string) => {
    const env = { ...process.env, HANGUP_URL: service.url, HANGUP_KEY: key }
    return run(program, [...args, SAMPLE.incidentAt, SAMPLE.peer, ...FILES], { env, timeout: 60_000 })
  }

  it.each(EXAMPLES)('%s sends a case and prints the verdict', async (_name, program, ...args) => {
    const { stdout } = await send(program, args, WORKER_KEY)
    expect(stdout).toMatch(/^## The peer closed while the host was still sending/)
  })

  it.each(EXAMPLES)('%s says what is wrong and fails', async (_name, program, ...args) => {
    await expect(send(program, args, 'a-wrong-key')).rejects.toMatchObject({ code: expect.any(Number) })
  })
})
