import type { Jobs } from '../store/jobs.ts'
import type { Objects } from '../store/objects.ts'
import type { TenantSettings } from '../store/sql/access.ts'
import type { State } from '../store/state.ts'

/** One line an event; no customer data, no key, no token. */
export type Log = (event: string, facts: Readonly<Record<string, string | number | boolean | null | undefined>>) => void

/** Addresses of a name, for the check of webhook targets. */
export type Resolve = (name: string) => Promise<readonly string[]>

/** What use cases need of the world. */
export interface Deps {
  readonly objects: Objects
  readonly state: State
  readonly jobs: Jobs
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
  /** Cryptographically random bytes. */
  readonly random: (bytes: number) => Uint8Array<ArrayBuffer>
  readonly log: Log
  readonly resolve: Resolve
  readonly fetch: (request: Request) => Promise<Response>
  readonly config: Config
}

export interface Config {
  /** What a new tenant starts with. */
  readonly tenantDefaults: TenantSettings
  /** Lets webhooks go to loopback and plain http: for development only. */
  readonly loopbackWebhooks: boolean
  /** Where the service is reached, without a slash at the end; undefined: as the request came. */
  readonly publicUrl: string | undefined
}

export const GIB = 1024 ** 3

export const TENANT_DEFAULTS: TenantSettings = {
  retentionDays: 30,
  bytesADay: 200 * GIB,
  openCases: 100_000,
  filesACase: 50,
  uploadBytes: 20 * GIB,
  rawUploads: true,
}

/** Who asks. */
export interface Principal {
  readonly tenant: string
  /** `key:ID` or `link:ID`: what the audit trail says. */
  readonly actor: string
  readonly scopes: ReadonlySet<Scope>
  /** A link is good for this case alone. */
  readonly caseId: string | undefined
  /** The link whose limits count. */
  readonly linkId: string | undefined
}

export const SCOPES = ['cases:write', 'cases:read', 'admin', 'operator', 'link:report', 'link:bundle', 'link:upload'] as const
export type Scope = (typeof SCOPES)[number]
