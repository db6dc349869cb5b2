import type { Route } from './route.ts'
import { ADMIN_ROUTES } from './routes/admin.ts'
import { CASE_ROUTES } from './routes/cases.ts'
import { EVENT_ROUTES } from './routes/events.ts'
import { FILE_ROUTES } from './routes/files.ts'
import { INTAKE_ROUTES } from './routes/intake.ts'
import { LINK_ROUTES } from './routes/links.ts'
import { OVERSIGHT_ROUTES } from './routes/oversight.ts'
import { RESULT_ROUTES } from './routes/results.ts'
import { SERVICE_ROUTES } from './routes/service.ts'
import { TICKET_ROUTES } from './routes/tickets.ts'
import { UPLOAD_ROUTES } from './routes/uploads.ts'
import { WEBHOOK_ROUTES } from './routes/webhooks.ts'

/** Every operation under /v1. `openapi.yaml` is written from this table, the app serves it, and the tenant walls are tested along it. */
export const ROUTES: readonly Route[] = [
  ...INTAKE_ROUTES,
  ...CASE_ROUTES,
  ...FILE_ROUTES,
  ...UPLOAD_ROUTES,
  ...RESULT_ROUTES,
  ...TICKET_ROUTES,
  ...EVENT_ROUTES,
  ...LINK_ROUTES,
  ...WEBHOOK_ROUTES,
  ...OVERSIGHT_ROUTES,
  ...ADMIN_ROUTES,
  ...SERVICE_ROUTES,
]
