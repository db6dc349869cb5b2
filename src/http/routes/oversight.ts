import { z } from 'zod'
import { takeSenderNames } from '../../cases/evidence/case-privacy.ts'
import { confirmMap, fetchMap } from '../../cases/evidence/give-map.ts'
import { findCase } from '../../cases/find-case.ts'
import { CaseFields } from '../../cases/question.ts'
import { PseudonymMap } from '../../core/diagnosis/privacy/pseudonyms.ts'
import { answerJson, answerNothing, isoOf, type Route, route } from '../route.ts'
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
  problems: ['unknown-case', 'deleted'],
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
  summary: 'The map that undoes the pseudonyms of a case (`hangup reveal`). It is in no bundle.',
  description:
    'The first time ends the intake: from then on the case takes no more files, and its hints are in pseudonyms. The map can be had again, should the answer be lost, until `DELETE` says that it has arrived, or a day later; then it is deleted here.',
  access: ['admin'],
  params: CaseParams,
  answers: { 200: { description: 'The map.', content: { 'application/json': PseudonymMap } } },
  problems: ['unknown-case', 'no-pseudonyms', 'uploads-in-progress', 'in-progress', 'deleted'],
  handle: async ({ deps, principal, params }) => answerJson(await fetchMap(deps, principal, params.id)),
})

const mapArrived = route({
  method: 'DELETE',
  path: '/v1/cases/{id}/pseudonyms',
  id: 'deletePseudonyms',
  tag: 'Oversight',
  summary: 'The map has arrived: it is deleted here. Safe to repeat.',
  access: ['admin'],
  params: CaseParams,
  answers: { 204: { description: 'Gone.' } },
  problems: ['unknown-case', 'no-pseudonyms', 'conflict', 'uploads-in-progress', 'deleted'],
  async handle({ deps, principal, params }) {
    await confirmMap(deps, principal, params.id)
    return answerNothing()
  },
})

const senderNames = route({
  method: 'PUT',
  path: '/v1/cases/{id}/pseudonyms',
  id: 'putPseudonyms',
  tag: 'Files',
  summary: "Files of this case come renamed by the sender's machine: says with which map, and what the hints are called in it.",
  description:
    'Sent by `hangup send` and the page before the first file of a case with `privacy: {addresses: pseudonymise}`. The map itself never comes here. Hints that are left out are forgotten, listed names too. Safe to repeat.',
  access: ['cases:write', 'link:upload'],
  params: CaseParams,
  body: {
    kind: 'json',
    schema: z.strictObject({
      map: z.string().min(8).max(64).describe('A random name of the map: `pseudonyms` of its files.'),
      hints: z
        .strictObject({ host: CaseFields.shape.host, peer: CaseFields.shape.host, error: CaseFields.shape.error })
        .default({})
        .describe('In pseudonyms; addresses without a port.'),
    }),
  },
  answers: { 204: { description: 'Taken.' } },
  problems: ['not-json', 'empty-body', 'too-large', 'unknown-case', 'conflict', 'uploads-in-progress', 'deleted'],
  async handle({ deps, principal, params, body }) {
    await takeSenderNames(deps, principal, params.id, body.map, body.hints)
    return answerNothing()
  },
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

export const OVERSIGHT_ROUTES: readonly Route[] = [auditTrail, pseudonyms, mapArrived, senderNames, metrics]
