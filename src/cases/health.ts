import type { Deps } from './deps.ts'
import { errorFacts } from './error-facts.ts'

const KEEP = 10_000 // milliseconds: so that a probe, or a flood of them, costs little

let known: { readonly status: 'ok' | 'degraded'; readonly at: number; readonly of: Deps['state'] } | undefined

/** Whether database and object storage answer. Remembered for ten seconds. */
export async function healthOf(deps: Deps): Promise<'ok' | 'degraded'> {
  if (known && known.of === deps.state && deps.now() - known.at < KEEP) return known.status
  known = { status: await probe(deps), at: deps.now(), of: deps.state }
  return known.status
}

async function probe(deps: Deps): Promise<'ok' | 'degraded'> {
  try {
    await deps.state.meters.ping()
    await deps.objects.size('health/none')
    return 'ok'
  } catch (error) {
    deps.log('health.degraded', errorFacts(error))
    return 'degraded'
  }
}
