import { spawnSync } from 'node:child_process'

export interface Run {
  /** Wall time of the whole process, seconds. */
  readonly seconds: number
  /** User and system time of all its threads, seconds: what a shared machine tells better than wall time. */
  readonly cpuSeconds: number
  /** Peak resident memory, MB. */
  readonly megabytes: number
  readonly stdout: string
}

/** Runs a command several times and keeps the quickest (noise only ever adds) and the highest memory. */
export function measure(command: readonly string[], times = 5): Run {
  const runs = Array.from({ length: times }, () => once(command)).sort((a, b) => a.seconds - b.seconds)
  const [quickest] = runs
  if (quickest === undefined) throw new Error('nothing was run')
  return { ...quickest, megabytes: Math.max(...runs.map(({ megabytes }) => megabytes)) }
}

/** GNU time writes peak memory and CPU times to the last line of standard error. */
function once([program = '', ...rest]: readonly string[]): Run {
  const started = process.hrtime.bigint()
  const { status, stdout, stderr, error } = spawnSync('/usr/bin/time', ['-f', '%M %U %S', program, ...rest], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const seconds = Number(process.hrtime.bigint() - started) / 1e9
  if (error !== undefined || status !== 0) throw new Error(`${program} failed: ${error?.message ?? stderr}`)
  const [kilobytes = 0, user = 0, system = 0] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number)
  return { seconds, cpuSeconds: user + system, megabytes: kilobytes / 1024, stdout }
}

/** The same, for competitors that are taken in turns so that a noisy moment hits all of them. */
export function measureInTurns<Name extends string>(commands: Readonly<Record<Name, readonly string[]>>, times = 5): Record<Name, Run> {
  const names = Object.keys(commands) as Name[]
  const runs = new Map<Name, Run[]>(names.map((name) => [name, []]))
  for (let round = 0; round < times; round++) {
    for (const name of names) runs.get(name)?.push(measure(commands[name], 1))
  }
  const best = names.map((name) => {
    const sorted = [...(runs.get(name) ?? [])].sort((a, b) => a.seconds - b.seconds)
    const cpuSeconds = Math.min(...sorted.map((run) => run.cpuSeconds))
    return [name, { ...sorted[0], cpuSeconds, megabytes: Math.max(...sorted.map(({ megabytes }) => megabytes)) }]
  })
  return Object.fromEntries(best) as Record<Name, Run>
}

/** One line a goal: met or missed, with both numbers. */
export function goal(says: string, reached: number, wanted: number, sense: 'at least' | 'at most', unit = ''): void {
  const met = sense === 'at least' ? reached >= wanted : reached <= wanted
  console.log(`${met ? 'met   ' : 'MISSED'}  ${says}: ${reached.toFixed(2)}${unit} (goal: ${sense} ${wanted}${unit})`)
}
