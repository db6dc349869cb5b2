import { z } from 'zod'
import { issueLink, listLinks, revokeLink } from '../../cases/links.ts'
import { WRITE_PROBLEMS } from '../problem.ts'
import { answerJson, answerNothing, isoOf, type Route, route } from '../route.ts'
import { CaseParams, LinkAnswer } from '../schemas.ts'

const Purpose = z.enum(['report', 'bundle', 'upload'])

const make = route({
  method: 'POST',
  path: '/v1/cases/{id}/links',
  id: 'makeLink',
  tag: 'Links',
  summary: 'Makes a link for a ticket: one case, one purpose, until it expires.',
  access: ['cases:write'],
  params: CaseParams,
  body: {
    kind: 'json',
    schema: z.strictObject({
      for: Purpose,
      expiresIn: z
        .number()
        .int()
        .min(1)
        .max(90 * 86_400)
        .default(7 * 86_400)
        .describe('Seconds.'),
      maxBytes: z.number().int().positive().optional().describe('Upload links: bytes in all.'),
      maxFiles: z.number().int().positive().optional().describe('Upload links: files in all.'),
    }),
  },
  answers: { 201: { description: 'The link; its token is shown once.', content: { 'application/json': LinkAnswer } } },
  problems: [...WRITE_PROBLEMS, 'unknown-case', 'deleted'],
  async handle({ deps, principal, params, body, origin }) {
    const link = await issueLink(deps, principal, params.id, body, origin)
    return answerJson({ ...link, expiresAt: isoOf(link.expiresAt) }, 201)
  },
})

const LinkView = z.object({
  ...{ id: z.string(), for: Purpose, createdAt: z.iso.datetime(), expiresAt: z.iso.datetime(), revokedAt: z.iso.datetime().nullable() },
  ...{ maxBytes: z.number().nullable(), maxFiles: z.number().nullable(), usedBytes: z.number(), usedFiles: z.number() },
})

const list = route({
  method: 'GET',
  path: '/v1/cases/{id}/links',
  id: 'listLinks',
  tag: 'Links',
  summary: 'The links of a case, without their tokens.',
  access: ['cases:write'],
  params: CaseParams,
  answers: {
    200: { description: 'All of them, revoked ones included.', content: { 'application/json': z.object({ links: z.array(LinkView) }) } },
  },
  problems: ['unknown-case', 'deleted'],
  async handle({ deps, principal, params }) {
    const links = await listLinks(deps, principal, params.id)
    return answerJson({
      links: links.map(({ id, purpose, createdAt, expiresAt, revokedAt, maxBytes, maxFiles, usedBytes, usedFiles }) => ({
        ...{ id, for: purpose, createdAt: isoOf(createdAt), expiresAt: isoOf(expiresAt), usedBytes, usedFiles },
        ...{ revokedAt: revokedAt === undefined ? null : isoOf(revokedAt), maxBytes: maxBytes ?? null, maxFiles: maxFiles ?? null },
      })),
    })
  },
})

const revoke = route({
  method: 'DELETE',
  path: '/v1/cases/{id}/links/{linkId}',
  id: 'revokeLink',
  tag: 'Links',
  summary: 'Revokes a link at once.',
  access: ['cases:write'],
  params: CaseParams.extend({ linkId: z.string().max(64).describe('The link.') }),
  answers: { 204: { description: 'Revoked.' } },
  problems: ['unknown-case', 'unknown-link', 'deleted'],
  async handle({ deps, principal, params }) {
    await revokeLink(deps, principal, params.id, params.linkId)
    return answerNothing()
  },
})

export const LINK_ROUTES: readonly Route[] = [make, list, revoke]
