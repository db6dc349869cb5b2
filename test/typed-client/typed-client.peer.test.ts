import { execFile } from 'node:child_process'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { RunningWorker, WORKER_KEY } from '../support/worker.ts'

const run = promisify(execFile)
const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

let folder: string
let service: RunningWorker

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hangup-typed-client-'))
  service = await RunningWorker.start()
})
afterAll(async () => {
  await service.close()
  await rm(folder, { recursive: true })
})

/** Runs a tool; what it says is in the error. */
async function tool(program: string, ...args: string[]): Promise<string> {
  try {
    return (await run(program, args, { cwd: folder })).stdout
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new Error(`${program} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error })
  }
}

it('a stranger makes a typed client from openapi.yaml, compiles it strictly, and it runs a case against the real service', async () => {
  for (const name of ['package.json', 'package-lock.json', 'program']) await cp(here(name), join(folder, name), { recursive: true })
  await cp(here('../../openapi.yaml'), join(folder, 'openapi.yaml'))
  await writeFile(join(folder, '.npmrc'), 'loglevel=error\naudit=false\nfund=false\n')
  await tool('npm', 'ci')
  await tool('npx', 'openapi-typescript', 'openapi.yaml', '-o', 'program/schema.d.ts')
  await tool('npx', 'tsc', '-p', 'program')
  const said = await tool(process.execPath, 'program/out/client.js', service.url, WORKER_KEY, here('../samples'))
  expect(JSON.parse(said)).toEqual({
    ...{ kept: 18, cause: 'early-close', code: 'unknown-case', headline: true },
    ...{ requests: ['attach-bundle', 'add-note'], bundle: true },
  })
})
