import { execFileSync } from 'node:child_process'

/** Megabytes of resident memory of the largest renderer among this process's descendants. */
export function rendererMegabytes(): number {
  const rows = execFileSync('ps', ['-eo', 'pid,ppid,rss,args'], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  const family = new Set([String(process.pid)])
  for (let before = 0; before < family.size; ) {
    before = family.size
    for (const [pid = '', parent = ''] of rows) if (family.has(parent)) family.add(pid)
  }
  const sizes = rows.filter((row) => family.has(row[0] ?? '') && row.includes('--type=renderer')).map((row) => Number(row[2]) / 1024)
  return Math.max(0, ...sizes)
}
