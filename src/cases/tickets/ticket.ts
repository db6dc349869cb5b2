import { renderMarkdown } from '../../core/diagnosis/report-markdown.ts'
import { Diagnosis } from '../../core/diagnosis/schema.ts'
import type { Deps, Principal } from '../deps.ts'
import { audit } from '../find-case.ts'
import { issueLink } from '../links.ts'
import { publishedOf, RESULT } from '../published.ts'
import { connectorOf, type TicketRequest } from './connectors.ts'
import { type AdfDocument, noteAdf, noteHtml } from './formats.ts'
import { ticketNote } from './note.ts'

export const TICKET_FORMATS = ['markdown', 'adf', 'html'] as const
export type TicketFormat = (typeof TICKET_FORMATS)[number]

export interface TicketWish {
  readonly format: TicketFormat
  /** UTF-16 units (HTML: UTF-8 bytes); Markdown is 4,000 at most by itself. */
  readonly limit: number
  /** Seconds that the links are good for. */
  readonly expiresIn: number
}

export interface TicketText {
  readonly format: TicketFormat
  readonly content: string | AdfDocument
  readonly reportUrl: string
  readonly uploadUrl: string | undefined
  readonly expiresAt: number
  /** For the case's own ticket, where its system is one that is known here. */
  readonly requests: readonly TicketRequest[]
}

/** The published diagnosis as the text of a ticket, with links that expire; where evidence is wanting, also one to send it by. */
export async function ticketText(deps: Deps, principal: Principal, caseId: string, wish: TicketWish, origin: string): Promise<TicketText> {
  const published = await publishedOf(deps, principal, caseId)
  const diagnosis = await readDiagnosis(deps, `${published.prefix}${RESULT.diagnosis}`)
  const { expiresIn } = wish
  const report = await issueLink(deps, principal, caseId, { for: 'report', expiresIn }, origin)
  const isWanting = diagnosis.connection === null
  const upload = isWanting ? await issueLink(deps, principal, caseId, { for: 'upload', expiresIn }, origin) : undefined
  const note = ticketNote(diagnosis, { report: report.url, upload: upload?.url, expiresAt: report.expiresAt })
  const { ticket } = published.found.question
  const connect = ticket && connectorOf(ticket.system)
  const size = (await deps.objects.size(`${published.prefix}${RESULT.bundle}`)) ?? 0
  const bundle = { name: `hangup-${caseId}-r${published.revision}.zip`, size }
  await audit(deps, principal, caseId, 'ticket.written', { format: wish.format, revision: published.revision })
  return {
    format: wish.format,
    content: contentOf(),
    reportUrl: report.url,
    uploadUrl: upload?.url,
    expiresAt: report.expiresAt,
    requests: ticket && connect ? connect({ ticketId: ticket.id, note, bundle }) : [],
  }

  function contentOf(): string | AdfDocument {
    if (wish.format === 'markdown') return renderMarkdown(diagnosis, { report: report.url })
    return wish.format === 'adf' ? noteAdf(note, wish.limit) : noteHtml(note, wish.limit)
  }
}

async function readDiagnosis(deps: Deps, key: string): Promise<Diagnosis> {
  const stored = await deps.objects.get(key)
  if (!stored) throw new Error('a published diagnosis is gone')
  return Diagnosis.parse(await new Response(stored.body).json())
}
