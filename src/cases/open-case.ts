import type { CaseRecord } from '../store/records.ts'
import type { TenantSettings } from '../store/sql/access.ts'
import type { Deps, Principal } from './deps.ts'
import { Refusal } from './errors.ts'
import { audit, findCase } from './find-case.ts'
import { newId } from './ids.ts'
import { type IssuedLink, issueLink } from './links.ts'
import type { CaseQuestion } from './question.ts'
import { queueDiagnosis } from './queue-diagnosis.ts'
import { tenantOf } from './tenants.ts'
import { newWebhookSecret } from './webhooks/sign.ts'
import { checkTarget } from './webhooks/target.ts'

export interface OpenedCase {
  readonly opened: CaseRecord
  /** Shown once; undefined without a `callbackUrl`. */
  readonly callbackSecret: string | undefined
  readonly upload: IssuedLink
}

const DAY = 86_400_000 // milliseconds
const UPLOAD_LINK_SECONDS = 7 * 86_400

/** Opens a case and, where an error is named, asks at once for the first diagnosis: what it means and what to collect. */
export async function openCase(deps: Deps, principal: Principal, question: CaseQuestion, origin: string): Promise<OpenedCase> {
  const opened = await newCase(deps, principal, question)
  const upload = await issueLink(deps, principal, opened.id, { for: 'upload', expiresIn: UPLOAD_LINK_SECONDS }, origin)
  if (question.error !== undefined) await queueDiagnosis(deps, principal, opened.id, {})
  return { opened: await findCase(deps, principal, opened.id), callbackSecret: opened.callbackSecret, upload }
}

/** Opens a case and nothing else. */
export async function newCase(deps: Deps, principal: Principal, question: CaseQuestion): Promise<CaseRecord> {
  const { settings } = await tenantOf(deps, principal.tenant)
  if (question.callbackUrl !== undefined) await checkTarget(deps, question.callbackUrl)
  if ((await deps.state.cases.countOpen(principal.tenant)) >= settings.openCases) throw noRoom(settings)
  const opened = freshRecord(deps, principal.tenant, question, settings)
  await deps.state.cases.insert(opened)
  await audit(deps, principal, opened.id, 'case.opened', { scope: question.scope ?? null, payload: question.privacy.payload })
  deps.log('case.opened', { tenant: principal.tenant, case: opened.id })
  return opened
}

const noRoom = ({ openCases }: TenantSettings): Refusal =>
  new Refusal('too-many-cases', `your ${openCases} cases are all in use`, 'Delete old cases, or ask the operator for more.', {
    retryAfterSeconds: 3600,
  })

function freshRecord(deps: Deps, tenant: string, question: CaseQuestion, settings: TenantSettings): CaseRecord {
  const now = deps.now()
  return {
    id: newId('case', deps),
    tenant,
    version: 1,
    status: 'open',
    question,
    createdAt: now,
    updatedAt: now,
    expiresAt: now + settings.retentionDays * DAY,
    filesVersion: 0,
    readVersion: undefined,
    revision: 0,
    publishedRevision: undefined,
    publishedPrefix: undefined,
    summary: undefined,
    leaseToken: undefined,
    leaseUntil: undefined,
    attempts: 0,
    queuedAt: undefined,
    progress: undefined,
    failure: undefined,
    callbackSecret: question.callbackUrl === undefined ? undefined : newWebhookSecret(deps),
    deletedAt: undefined,
    tombstone: undefined,
  }
}
