import { z } from 'zod'
import type { Resolve } from '../cases/deps.ts'

const RESOLVER = 'https://cloudflare-dns.com/dns-query'
const A = 1
const AAAA = 28
const PATIENCE = 5000 // milliseconds

const Answer = z.object({ Answer: z.array(z.object({ type: z.number(), data: z.string() })).optional() })

/** A name's addresses by DNS over HTTPS (JSON form): a Worker has no resolver of its own. Empty for a name that has none. */
export const resolveOverHttps: Resolve = async (name) => (await Promise.all([ask(name, A), ask(name, AAAA)])).flat()

async function ask(name: string, type: number): Promise<string[]> {
  const url = `${RESOLVER}?name=${encodeURIComponent(name)}&type=${type}`
  const answer = await fetch(url, { headers: { accept: 'application/dns-json' }, signal: AbortSignal.timeout(PATIENCE) })
  if (!answer.ok) throw new Error(`the resolver answered ${answer.status}`)
  const { Answer: records = [] } = Answer.parse(await answer.json())
  return records.filter((record) => record.type === type).map(({ data }) => data)
}
