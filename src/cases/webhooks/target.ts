import type { Deps } from '../deps.ts'
import { errorFacts } from '../error-facts.ts'
import { Refusal } from '../errors.ts'
import { isPublicAddress } from './public-address.ts'

const PORTS = new Set(['', '443', '8443'])

/**
 * Refuses a webhook target that could reach inside: https on 443 or 8443, no user-info, and every address of its name public.
 * The URL parser has turned every notation of a literal IPv4 address (octal, hex, one number) into four decimals before this looks.
 *
 * What remains: the name is resolved here and again by `fetch`, so an attacker's name server can answer differently the second
 * time (rebinding). In the Worker that reaches nothing private, because a Worker's `fetch` leaves from Cloudflare's edge; where the service
 * is hosted in a private network, egress must be filtered there too.
 */
export async function checkTarget(deps: Deps, written: string): Promise<URL> {
  const url = URL.canParse(written) ? new URL(written) : refuse('it is no URL')
  const loopback = isLoopback(url.hostname)
  if (deps.config.loopbackWebhooks && loopback) return url
  if (url.protocol !== 'https:') refuse('it is not https')
  if (!PORTS.has(url.port)) refuse(`port ${url.port} is not allowed`)
  if (url.username !== '' || url.password !== '') refuse('it carries user-info')
  const addresses = await addressesOf(deps, url.hostname)
  if (addresses.length === 0) refuse('its name has no address')
  for (const address of addresses) if (!isPublicAddress(address)) refuse('its address is private, local or reserved')
  return url
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host)

/** Names that resolvers answer from inside: RFC 6761, RFC 6762, RFC 8375 and ICANN's `internal`; a dot at the end changes nothing. */
const LOCAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa|test|invalid)\.?$/

async function addressesOf(deps: Deps, host: string): Promise<readonly string[]> {
  if (host.startsWith('[')) return [host.slice(1, -1)]
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return [host]
  if (!host.includes('.') || LOCAL_NAME.test(host)) return refuse('its name is not a public one')
  try {
    return await deps.resolve(host)
  } catch (error) {
    deps.log('webhook.not-resolved', errorFacts(error))
    return refuse('its name could not be looked up')
  }
}

function refuse(why: string): never {
  throw new Refusal(
    'bad-callback-url',
    `this URL cannot be called: ${why}`,
    'Give an https URL of a public name, port 443 or 8443, without user-info.',
  )
}
