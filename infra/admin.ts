import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** `npm run admin -- …`: tenants and keys of a running service, by its admin API. */

const HELP = `Usage: npm run -s admin -- COMMAND [--url URL] [--key KEY]

  tenants                                  lists tenants (operator)
  add-tenant ID NAME                       adds one; prints its first administrator key, once (operator)
  set-tenant ID NAME=VALUE...              retentionDays, bytesADay, openCases, filesACase, uploadBytes, rawUploads (operator)
  keys                                     lists the keys of your tenant
  add-key NAME SCOPE...                    cases:write, cases:read, admin; prints the key, once
  rotate-key ID [GRACE_SECONDS]            a new key like the old one, which stays good for a day unless said otherwise
  revoke-key ID                            at once
  metrics                                  figures of your tenant

--url (or HANGUP_URL) is http://127.0.0.1:8787 unless given. --key (or HANGUP_KEY) is the development key of npm start unless given.`

interface Request {
  readonly method: string
  readonly path: string
  readonly body?: unknown
}

class UsageError extends Error {}

const need = (value: string | undefined, what: string): string => {
  if (value === undefined || value === '') throw new UsageError(`${what} is missing`)
  return value
}

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Request>> = {
  tenants: () => ({ method: 'GET', path: '/v1/tenants' }),
  'add-tenant': ([id, name]) => ({ method: 'POST', path: '/v1/tenants', body: { id: need(id, 'ID'), name: need(name, 'NAME') } }),
  'set-tenant': ([id, ...settings]) => ({
    method: 'PATCH',
    path: `/v1/tenants/${encodeURIComponent(need(id, 'ID'))}`,
    body: Object.fromEntries(settings.map(readSetting)),
  }),
  keys: () => ({ method: 'GET', path: '/v1/keys' }),
  'add-key': ([name, ...scopes]) => ({ method: 'POST', path: '/v1/keys', body: { name: need(name, 'NAME'), scopes } }),
  'rotate-key': ([id, grace]) => ({
    method: 'POST',
    path: `/v1/keys/${encodeURIComponent(need(id, 'ID'))}/rotate`,
    body: grace === undefined ? {} : { graceSeconds: Number(grace) },
  }),
  'revoke-key': ([id]) => ({ method: 'DELETE', path: `/v1/keys/${encodeURIComponent(need(id, 'ID'))}` }),
  metrics: () => ({ method: 'GET', path: '/v1/metrics' }),
}

/** `retentionDays=90`, `rawUploads=false`. */
function readSetting(text: string): [string, unknown] {
  const [name = '', value = ''] = text.split('=')
  if (value === 'true' || value === 'false') return [name, value === 'true']
  return [name, Number(value)]
}

function developmentKey(): string {
  try {
    return readFileSync(new URL('../.hangup/dev-key', import.meta.url), 'utf8').trim()
  } catch {
    throw new UsageError('no key: give --key or HANGUP_KEY, or run npm start once')
  }
}

async function run(argv: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { url: { type: 'string' }, key: { type: 'string' } },
    allowPositionals: true,
  })
  const [name, ...args] = positionals
  const command = name === undefined ? undefined : COMMANDS[name]
  if (!command) throw new UsageError(name === undefined ? 'no command' : `there is no command ${name}`)
  const { method, path, body } = command(args)
  const url = values.url ?? process.env.HANGUP_URL ?? 'http://127.0.0.1:8787'
  const key = values.key ?? process.env.HANGUP_KEY ?? developmentKey()
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
  const answer = await fetch(`${url}${path}`, { method, headers, body: body === undefined ? null : JSON.stringify(body) })
  const text = await answer.text()
  if (text !== '') console.log(JSON.stringify(JSON.parse(text), null, 2))
  return answer.ok ? 0 : 1
}

try {
  process.exitCode = await run(process.argv.slice(2))
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error)
  console.error(error instanceof Error ? error.message : String(error))
  if (isUsage) console.error(`\n${HELP}`)
  process.exitCode = isUsage ? 2 : 1
}
