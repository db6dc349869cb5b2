import { z } from 'zod'
import { fetchPseudonyms } from '../../cases/evidence/case-privacy.ts'
import { findCase } from '../../cases/find-case.ts'
import { PseudonymMap } from '../../core/diagnosis/privacy/pseudonyms.ts'
import { answerJson, isoOf, type Route, route } from '../route.ts'
import { CaseParams } from '../schemas.ts'

const AT_ONCE = 1000

const auditTrail = route({
  method: 'GET',
  path: '/v1/cases/{id}/audit',
  id: 'getAudit',
  tag: 'Oversight',
  summary: 'Who opened, sent, read, downloaded and shared, and when.',
  access: ['admin'],
  params: CaseParams,
  query: z.object({ after: z.coerce.number().int().min(0).default(0).describe('`seq` of the last entry seen.') }),
  answers: {
    200: {
      description: 'At most a thousand entries, in order.',
      content: {
        'application/json': z.object({
          entries: z.array(
            z.object({
              seq: z.number().int(),
              at: z.iso.datetime(),
              type: z.string(),
              actor: z.string(),
              data: z.record(z.string(), z.unknown()),
            }),
          ),
        }),
      },
    },
  },
  problems: ['bad-request', 'unknown-case', 'deleted'],
  async handle({ deps, principal, params, query }) {
    const found = await findCase(deps, principal, params.id)
    const entries = await deps.state.events.after(found.id, 'audit', query.after, AT_ONCE)
    return answerJson({
      entries: entries.map(({ seq, at, type, actor, data }) => ({ seq, at: isoOf(at), type, actor, data })),
    })
  },
})

const pseudonyms = route({
  method: 'GET',
  path: '/v1/cases/{id}/pseudonyms',
  id: 'getPseudonyms',
  tag: 'Oversight',
  summary:
    'The map that undoes the pseudonyms of a case (`hangup reveal`). It is in no bundle. It is given once and then deleted: from then on the case takes no more files, and its hints are in pseudonyms.',
  access: ['admin'],
  params: CaseParams,
  answers: { 200: { description: 'The map.', content: { 'application/json': PseudonymMap } } },
  problems: ['unknown-case', 'no-pseudonyms', 'uploads-in-progress', 'in-progress', 'deleted'],
  handle: async ({ deps, principal, params }) => answerJson(await fetchPseudonyms(deps, principal, params.id)),
})

const metrics = route({
  method: 'GET',
  path: '/v1/metrics',
  id: 'getMetrics',
  tag: 'Oversight',
  summary: 'Figures of your tenant: queue age, failures, bytes in and kept, verdicts.',
  access: ['admin'],
  answers: {
    200: {
      description: 'As of now.',
      content: {
        'application/json': z.object({
          ...{
            queuedCases: z.number().int(),
            queueAgeSeconds: z.number().int().describe('How long the oldest queued case waits; 0 when none does.'),
            failedCases: z.number().int(),
          },
          ...{
            bytesIn: z.number().int().describe('Taken in, over all days.'),
            bytesKept: z.number().int().describe('Of those, inside a window.'),
            webhooksOverdue: z.number().int().describe('Messages due for more than ten minutes.'),
          },
          verdicts: z.record(z.string(), z.number().int()).describe('Diagnosed cases by cause.'),
        }),
      },
    },
  },
  problems: [],
  handle: async ({ deps, principal }) => answerJson(await deps.state.meters.metrics(principal.tenant, deps.now())),
})

export const OVERSIGHT_ROUTES: readonly Route[] = [auditTrail, pseudonyms, metrics]
