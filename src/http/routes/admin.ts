import { z } from 'zod'
import { issueKey, KEY_SCOPES, revokeKey, rotateKey } from '../../cases/keys.ts'
import { addTenant, changeSettings, tenantOf } from '../../cases/tenants.ts'
import type { KeyRecord, Tenant } from '../../store/sql/access.ts'
import { WRITE_PROBLEMS } from '../problem.ts'
import { answerJson, answerNothing, isoOf, maybeIso, type Route, route } from '../route.ts'
import { rotation } from '../schemas.ts'

const Time = z.iso.datetime()

const KeyView = z.object({
  ...{
    id: z.string(),
    name: z.string(),
    scopes: z.array(z.string()),
    createdAt: Time,
    expiresAt: Time.nullable(),
    revokedAt: Time.nullable(),
  },
})
const viewKey = ({ id, name, scopes, createdAt, expiresAt, revokedAt }: KeyRecord) => ({
  ...{ id, name, scopes: [...scopes], createdAt: isoOf(createdAt), expiresAt: maybeIso(expiresAt), revokedAt: maybeIso(revokedAt) },
})
const IssuedKeyView = KeyView.extend({ key: z.string().describe('The key itself; shown once.') })

const KeyWish = z.strictObject({
  name: z.string().min(1).max(100),
  scopes: z.array(z.enum(KEY_SCOPES)).min(1),
  expiresIn: z.number().int().positive().optional().describe('Seconds.'),
})
const KeyParams = z.object({ keyId: z.string().max(64) })
const TenantParams = z.object({ tenant: z.string().max(64) })

const makeKey = route({
  method: 'POST',
  path: '/v1/keys',
  id: 'makeKey',
  tag: 'Administration',
  summary: 'Makes an API key of your tenant.',
  access: ['admin'],
  body: { kind: 'json', schema: KeyWish },
  answers: { 201: { description: 'The key, shown once.', content: { 'application/json': IssuedKeyView } } },
  problems: [...WRITE_PROBLEMS, 'unknown-tenant'],
  async handle({ deps, principal, body }) {
    const { key, token } = await issueKey(deps, principal.tenant, body)
    return answerJson({ ...viewKey(key), key: token }, 201)
  },
})

const listKeys = route({
  method: 'GET',
  path: '/v1/keys',
  id: 'listKeys',
  tag: 'Administration',
  summary: 'The API keys of your tenant, without the keys themselves.',
  access: ['admin'],
  answers: { 200: { description: 'All of them.', content: { 'application/json': z.object({ keys: z.array(KeyView) }) } } },
  problems: [],
  handle: async ({ deps, principal }) => answerJson({ keys: (await deps.state.access.keys(principal.tenant)).map(viewKey) }),
})

const rotate = route({
  method: 'POST',
  path: '/v1/keys/{keyId}/rotate',
  id: 'rotateKey',
  tag: 'Administration',
  summary: 'A new key like the old one, which stays good for a while.',
  access: ['admin'],
  params: KeyParams,
  body: rotation(30),
  answers: { 201: { description: 'The new key, shown once.', content: { 'application/json': IssuedKeyView } } },
  problems: [...WRITE_PROBLEMS, 'unknown-key', 'unknown-tenant'],
  async handle({ deps, principal, params, body }) {
    const { key, token } = await rotateKey(deps, principal, params.keyId, body.graceSeconds)
    return answerJson({ ...viewKey(key), key: token }, 201)
  },
})

const revoke = route({
  method: 'DELETE',
  path: '/v1/keys/{keyId}',
  id: 'revokeKey',
  tag: 'Administration',
  summary: 'Revokes a key at once.',
  access: ['admin'],
  params: KeyParams,
  answers: { 204: { description: 'Revoked.' } },
  problems: ['unknown-key'],
  async handle({ deps, principal, params }) {
    await revokeKey(deps, principal, params.keyId)
    return answerNothing()
  },
})

const Settings = z.strictObject({
  retentionDays: z.number().int().min(1).max(3650),
  bytesADay: z.number().int().min(0),
  openCases: z.number().int().min(0),
  filesACase: z.number().int().min(1).max(1000),
  uploadBytes: z
    .number()
    .int()
    .min(1)
    .max(20 * 1024 ** 3),
  rawUploads: z.boolean().describe('Whether resumable uploads, which lie uncut for minutes, are allowed.'),
})
const TenantView = z.object({ id: z.string(), name: z.string(), createdAt: Time, settings: Settings })
const viewTenant = ({ id, name, createdAt, settings }: Tenant) => ({ id, name, createdAt: isoOf(createdAt), settings })

const ownSettings = route({
  method: 'GET',
  path: '/v1/settings',
  id: 'getSettings',
  tag: 'Administration',
  summary: 'Retention and quotas of your tenant.',
  access: ['admin'],
  answers: { 200: { description: 'The settings.', content: { 'application/json': TenantView } } },
  problems: ['unknown-tenant'],
  handle: async ({ deps, principal }) => answerJson(viewTenant(await tenantOf(deps, principal.tenant))),
})

/** Quotas are the operator's; what follows is the tenant's own affair. */
const OWN = { retentionDays: true, rawUploads: true } as const

const changeOwn = route({
  method: 'PATCH',
  path: '/v1/settings',
  id: 'changeSettings',
  tag: 'Administration',
  summary: 'Changes what a tenant decides itself: retention, and whether raw uploads are allowed.',
  description: 'Retention counts for cases opened from then on: `expiresAt` of a case does not change.',
  access: ['admin'],
  body: { kind: 'json', schema: Settings.pick(OWN).partial() },
  answers: { 200: { description: 'The settings.', content: { 'application/json': TenantView } } },
  problems: ['not-json', 'empty-body', 'too-large', 'unknown-tenant'],
  handle: async ({ deps, principal, body }) => answerJson(viewTenant(await changeSettings(deps, principal.tenant, body))),
})

const addOne = route({
  method: 'POST',
  path: '/v1/tenants',
  id: 'addTenant',
  tag: 'Operation',
  summary: 'Adds a tenant and its first administrator key.',
  access: ['operator'],
  body: {
    kind: 'json',
    schema: z.strictObject({
      id: z.string().regex(/^[a-z0-9][a-z0-9-]{1,39}$/),
      name: z.string().min(1).max(100),
      settings: Settings.partial().default({}),
    }),
  },
  answers: {
    201: {
      description: 'The tenant, with its first key, shown once.',
      content: { 'application/json': TenantView.extend({ key: IssuedKeyView }) },
    },
  },
  problems: [...WRITE_PROBLEMS, 'conflict', 'unknown-tenant'],
  async handle({ deps, body }) {
    const tenant = await addTenant(deps, body.id, body.name, body.settings)
    const { key, token } = await issueKey(deps, tenant.id, { name: 'first administrator', scopes: KEY_SCOPES })
    return answerJson({ ...viewTenant(tenant), key: { ...viewKey(key), key: token } }, 201)
  },
})

const listTenants = route({
  method: 'GET',
  path: '/v1/tenants',
  id: 'listTenants',
  tag: 'Operation',
  summary: 'All tenants.',
  access: ['operator'],
  answers: { 200: { description: 'All of them.', content: { 'application/json': z.object({ tenants: z.array(TenantView) }) } } },
  problems: [],
  handle: async ({ deps }) => answerJson({ tenants: (await deps.state.access.tenants()).map(viewTenant) }),
})

const changeTenant = route({
  method: 'PATCH',
  path: '/v1/tenants/{tenant}',
  id: 'changeTenant',
  tag: 'Operation',
  summary: "Changes a tenant's retention and quotas.",
  description: 'Retention counts for cases opened from then on: `expiresAt` of a case does not change.',
  access: ['operator'],
  params: TenantParams,
  body: { kind: 'json', schema: Settings.partial() },
  answers: { 200: { description: 'The tenant.', content: { 'application/json': TenantView } } },
  problems: ['not-json', 'empty-body', 'too-large', 'unknown-tenant'],
  handle: async ({ deps, params, body }) => answerJson(viewTenant(await changeSettings(deps, params.tenant, body))),
})

export const ADMIN_ROUTES: readonly Route[] = [
  ...[makeKey, listKeys, rotate, revoke],
  ...[ownSettings, changeOwn],
  ...[addOne, listTenants, changeTenant],
]
