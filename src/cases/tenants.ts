import type { Tenant, TenantSettings } from '../store/sql/access.ts'
import type { Deps } from './deps.ts'
import { Refusal } from './errors.ts'

export async function tenantOf(deps: Deps, id: string): Promise<Tenant> {
  const known = await deps.state.access.tenant(id)
  if (!known) throw new Refusal('unknown-tenant', 'there is no such tenant', 'List the tenants with GET /v1/tenants.')
  return known
}

export async function addTenant(deps: Deps, id: string, name: string, settings: Partial<TenantSettings> = {}): Promise<Tenant> {
  const tenant = { id, name, settings: { ...deps.config.tenantDefaults, ...settings }, createdAt: deps.now() }
  if (!(await deps.state.access.addTenant(tenant))) {
    throw new Refusal('conflict', `tenant ${id} exists already`, 'Choose another id, or change the settings of this one.')
  }
  deps.log('tenant.added', { tenant: id })
  return tenant
}

export async function changeSettings(deps: Deps, id: string, change: Partial<TenantSettings>): Promise<Tenant> {
  const tenant = await tenantOf(deps, id)
  const settings = { ...tenant.settings, ...change }
  await deps.state.access.setSettings(id, settings)
  deps.log('tenant.settings', { tenant: id })
  return { ...tenant, settings }
}
