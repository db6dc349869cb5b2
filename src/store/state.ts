import { sqlAccess } from './sql/access.ts'
import { sqlCases } from './sql/cases.ts'
import { sqlEvents } from './sql/events.ts'
import { sqlFiles } from './sql/files.ts'
import { sqlGivenMaps } from './sql/given-maps.ts'
import { sqlIdempotency } from './sql/idempotency.ts'
import { sqlLeases } from './sql/leases.ts'
import { sqlLinks } from './sql/links.ts'
import { sqlMeters } from './sql/meters.ts'
import { sqlUploads } from './sql/uploads.ts'
import { sqlWebhooks } from './sql/webhooks.ts'
import type { Sql } from './sql.ts'

/** Everything the service remembers beside the objects. One SQL for all; what differs by platform is `Sql`. */
export const sqlState = (sql: Sql) => ({
  access: sqlAccess(sql),
  cases: sqlCases(sql),
  leases: sqlLeases(sql),
  files: sqlFiles(sql),
  uploads: sqlUploads(sql),
  links: sqlLinks(sql),
  events: sqlEvents(sql),
  webhooks: sqlWebhooks(sql),
  givenMaps: sqlGivenMaps(sql),
  meters: sqlMeters(sql),
  idempotency: sqlIdempotency(sql),
})
export type State = ReturnType<typeof sqlState>
