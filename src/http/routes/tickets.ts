import { z } from 'zod'
import { TICKET_FORMATS, ticketText } from '../../cases/tickets/ticket.ts'
import { answerJson, isoOf, type Route, route } from '../route.ts'
import { CaseParams } from '../schemas.ts'

const DAY = 86_400 // seconds

const AdfDocument = z.object({ version: z.literal(1), type: z.literal('doc'), content: z.array(z.record(z.string(), z.unknown())) })

const TicketRequest = z.object({
  purpose: z.enum(['attach-bundle', 'add-note']),
  method: z.enum(['POST', 'PUT', 'PATCH']),
  path: z.string().describe("Under the ticket system's address."),
  headers: z.record(z.string(), z.string()).describe('All but the credentials.'),
  body: z
    .record(z.string(), z.unknown())
    .nullable()
    .describe('JSON; null where the bytes of the bundle are the body, or the part `file` of a form.'),
})

const write = route({
  method: 'POST',
  path: '/v1/cases/{id}/ticket',
  id: 'writeTicket',
  tag: 'Results',
  summary: 'The diagnosis as the text of a ticket, with a report link that expires.',
  description:
    'Makes the links that it names, so it is no GET. What does not fit the limit is left out by whole sections, the least important first. For a case whose `ticket.system` is zendesk, jira or servicenow, `requests` are those that add the text as an internal note and attach the bundle where it fits; `{upload.token}` in the second stands for that member of the answer to the first.',
  access: ['cases:write'],
  params: CaseParams,
  body: {
    kind: 'json',
    optional: true,
    schema: z.strictObject({
      format: z.enum(TICKET_FORMATS).default('markdown').describe('`adf`: Atlassian Document Format.'),
      limit: z
        .number()
        .int()
        .min(1000)
        .max(60_000)
        .default(32_000)
        .describe('Characters (HTML: bytes). Markdown never has more than 4,000.'),
      expiresIn: z
        .number()
        .int()
        .min(60)
        .max(90 * DAY)
        .default(7 * DAY)
        .describe('Seconds that the links are good for.'),
    }),
  },
  answers: {
    201: {
      description: 'The text, and the links in it.',
      content: {
        'application/json': z.object({
          format: z.enum(TICKET_FORMATS),
          content: z.union([z.string(), AdfDocument]).describe('An object for `adf`, else a string.'),
          links: z.object({
            report: z.string(),
            upload: z.string().nullable().describe('Where to send what is missing; null when a connection was found.'),
            expiresAt: z.iso.datetime(),
          }),
          requests: z.array(TicketRequest),
        }),
      },
    },
  },
  problems: [
    ...(['not-json', 'too-large', 'unknown-case', 'deleted', 'not-queued', 'in-progress', 'failed'] as const),
    ...(['idempotency-mismatch', 'idempotency-in-progress'] as const),
  ],
  async handle({ deps, principal, params, body, origin }) {
    const { format, content, reportUrl, uploadUrl, expiresAt, requests } = await ticketText(deps, principal, params.id, body, origin)
    const links = { report: reportUrl, upload: uploadUrl ?? null, expiresAt: isoOf(expiresAt) }
    return answerJson({ format, content, links, requests }, 201)
  },
})

export const TICKET_ROUTES: readonly Route[] = [write]
