import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Settings } from '../../src/store/s3-settings.ts'

const run = promisify(execFile)
const INSTALL = 'apt-get install --no-install-recommends radosgw ceph-mon ceph-osd'
const FSID = '2f0d8ad7-5c1e-4f2e-9a6e-0d9f4f1c7a01'
const OSD = '6b0e3c55-0a0f-4b53-8a1d-5f6c0e9b2d02'
const ACCESS = { accessKeyId: 'hangup', secretAccessKey: 'hangup-secret' }
const BUCKET = 'evidence'

/**
 * A real Ceph, as small as it gets: one monitor, one OSD that keeps everything in memory, one gateway. Needs no root, no manager
 * daemon, no disk but for its logs; is up in about 12 s.
 */
export class Radosgw {
  readonly settings: S3Settings
  readonly client: S3Client
  readonly #folder: string
  readonly #daemons: ChildProcess[]

  private constructor(settings: S3Settings, folder: string, daemons: ChildProcess[]) {
    const { region, endpoint = '' } = settings
    this.settings = settings
    this.client = new S3Client({ region, endpoint, forcePathStyle: true, credentials: ACCESS })
    this.#folder = folder
    this.#daemons = daemons
  }

  static async start(): Promise<Radosgw> {
    const folder = await mkdtemp(join(tmpdir(), 'hangup-radosgw-'))
    const daemons: ChildProcess[] = []
    try {
      const [monitor, gateway] = await Promise.all([freePort(), freePort()])
      await startCluster(folder, monitor, gateway, daemons)
      const endpoint = `http://127.0.0.1:${gateway}`
      await answering(endpoint, folder)
      const started = new Radosgw({ endpoint, region: 'default', bucket: BUCKET, ...ACCESS }, folder, daemons)
      await started.client.send(new CreateBucketCommand({ Bucket: BUCKET }))
      return started
    } catch (error) {
      await end(daemons, folder)
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new Error(`this test needs Ceph: ${INSTALL}`, { cause: error })
      throw error
    }
  }

  close(): Promise<void> {
    this.client.destroy()
    return end(this.#daemons, this.#folder)
  }
}

async function startCluster(folder: string, monitor: number, gateway: number, daemons: ChildProcess[]): Promise<void> {
  const config = join(folder, 'ceph.conf')
  for (const each of ['mon', 'osd']) await mkdir(join(folder, each))
  await writeFile(config, configuration(folder, monitor, gateway))
  const daemon = (program: string, ...args: string[]) =>
    daemons.push(spawn(program, ['-c', config, '-f', ...args], { stdio: 'ignore', cwd: folder }))
  const tool = (program: string, ...args: string[]) => run(program, ['-c', config, ...args], { timeout: 100_000 })
  const monmap = join(folder, 'monmap')
  await run('monmaptool', ['--create', '--fsid', FSID, '--addv', 'a', `[v1:127.0.0.1:${monitor}]`, monmap])
  await tool('ceph-mon', '--mkfs', '-i', 'a', '--monmap', monmap)
  daemon('ceph-mon', '-i', 'a')
  await tool('ceph', 'osd', 'new', OSD)
  // Told here, because an OSD that tells it itself may ask before it has the monitor's map, and dies of "wrong fsid".
  await tool('ceph', 'osd', 'crush', 'add', 'osd.0', '1', 'root=default')
  await tool('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', OSD)
  daemon('ceph-osd', '-i', '0')
  const keys = ['--access-key', ACCESS.accessKeyId, '--secret-key', ACCESS.secretAccessKey]
  await tool('radosgw-admin', 'user', 'create', '--uid', 'hangup', '--display-name', 'hangup', ...keys)
  daemon('radosgw', '-n', 'client.rgw')
}

/** `v1:` alone: with both protocols the monitor's map and its address disagree on a free port. */
const configuration = (folder: string, monitor: number, gateway: number): string => `[global]
fsid = ${FSID}
mon host = v1:127.0.0.1:${monitor}
mon initial members = a
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd crush chooseleaf type = 0
osd crush update on start = false
osd class update on start = false
mon allow pool size one = true
mon max pg per osd = 10000
osd objectstore = memstore
memstore device bytes = 2147483648
run dir = ${folder}
admin socket = ${folder}/$name.asok
pid file = ${folder}/$name.pid
log file = ${folder}/$name.log
mon data = ${folder}/mon
osd data = ${folder}/osd
rgw data = ${folder}
rgw frontends = beast endpoint=127.0.0.1:${gateway}
`

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

async function answering(endpoint: string, folder: string): Promise<void> {
  const deadline = Date.now() + 60_000
  for (;;) {
    const answer = await fetch(endpoint).catch(() => undefined) // not listening yet
    if (answer) return
    if (Date.now() > deadline) {
      const log = await readFile(join(folder, 'client.rgw.log'), 'utf8').catch(() => '')
      throw new Error(`radosgw does not answer:\n${log.slice(-2000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

/** Nothing in it is wanted any more, so no daemon is asked to finish. */
async function end(daemons: readonly ChildProcess[], folder: string): Promise<void> {
  for (const daemon of daemons) daemon.kill('SIGKILL')
  await rm(folder, { recursive: true, force: true, maxRetries: 5 })
}
