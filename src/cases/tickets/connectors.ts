import { noteAdf, noteHtml, noteText } from './formats.ts'
import type { TicketNote } from './note.ts'

/** A request to a ticket system, ready but for the system's address and the caller's credentials there. */
export interface TicketRequest {
  readonly purpose: 'attach-bundle' | 'add-note'
  readonly method: 'POST' | 'PUT' | 'PATCH'
  /** Under the system's address. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** JSON; null where the bytes of the bundle are the body, or the part `file` of a form. */
  readonly body: Readonly<Record<string, unknown>> | null
}

export interface Enrichment {
  readonly ticketId: string
  readonly note: TicketNote
  /** Bytes and file name of the bundle. */
  readonly bundle: { readonly name: string; readonly size: number }
}

/** Case → requests, in the order in which they are sent. The note is internal in every system: no customer of theirs sees it. */
export type Connector = (enrichment: Enrichment) => readonly TicketRequest[]

const MB = 1_000_000 // bytes
const JSON_BODY = { 'content-type': 'application/json' }
const ZIP_BODY = { 'content-type': 'application/zip' }

/** Stands in the note for `upload.token` of the answer to the first request; Zendesk keeps an unused token for 60 minutes. */
export const UPLOAD_TOKEN = '{upload.token}'

/**
 * Zendesk Support API v2: comments are made by updating the ticket (`public: false` is an internal note); files go first and are named
 * by token. A comment takes 64 kB, a file 50 MB.
 *
 * @see https://developer.zendesk.com/api-reference/ticketing/tickets/ticket_comments/
 */
const zendesk: Connector = ({ ticketId, note, bundle }) => {
  const fits = bundle.size <= 50 * MB
  const path = `/api/v2/uploads.json?${new URLSearchParams({ filename: bundle.name })}`
  const attach: TicketRequest = { purpose: 'attach-bundle', method: 'POST', path, headers: ZIP_BODY, body: null }
  const comment = { html_body: noteHtml(note, 60_000), public: false, ...(fits ? { uploads: [UPLOAD_TOKEN] } : {}) }
  const addNote: TicketRequest = {
    purpose: 'add-note',
    method: 'PUT',
    path: `/api/v2/tickets/${encodeURIComponent(ticketId)}.json`,
    headers: JSON_BODY,
    body: { ticket: { comment } },
  }
  return fits ? [attach, addNote] : [addNote]
}

/**
 * Jira Cloud REST API v3: the comment is ADF; `sd.public.comment` makes it internal in a service project and means nothing elsewhere.
 * A comment takes 32,767 characters; a file what the site allows, 10 MB at the least of the known defaults.
 *
 * @see https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/
 */
const jira: Connector = ({ ticketId, note, bundle }) => {
  const issue = `/rest/api/3/issue/${encodeURIComponent(ticketId)}`
  const attach: TicketRequest = {
    purpose: 'attach-bundle',
    method: 'POST',
    path: `${issue}/attachments`,
    headers: { 'content-type': 'multipart/form-data', 'x-atlassian-token': 'no-check' },
    body: null,
  }
  const properties = [{ key: 'sd.public.comment', value: { internal: true } }]
  const addNote: TicketRequest = {
    purpose: 'add-note',
    method: 'POST',
    path: `${issue}/comment`,
    headers: JSON_BODY,
    body: { body: noteAdf(note, 32_000), properties },
  }
  return bundle.size <= 10 * MB ? [attach, addNote] : [addNote]
}

/**
 * ServiceNow Table API and Attachment API: a work note is a journal entry that callers of the incident do not see. Plain text; a
 * `[code]` in it would be taken for HTML. A file takes 1024 MB by default; the id is the incident's `sys_id`.
 *
 * @see https://www.servicenow.com/docs/r/api-reference/rest-apis/c_AttachmentAPI.html
 */
const servicenow: Connector = ({ ticketId, note, bundle }) => {
  const query = new URLSearchParams({ table_name: 'incident', table_sys_id: ticketId, file_name: bundle.name })
  const path = `/api/now/attachment/file?${query}`
  const attach: TicketRequest = { purpose: 'attach-bundle', method: 'POST', path, headers: ZIP_BODY, body: null }
  const addNote: TicketRequest = {
    purpose: 'add-note',
    method: 'PATCH',
    path: `/api/now/table/incident/${encodeURIComponent(ticketId)}`,
    headers: JSON_BODY,
    body: { work_notes: noteText(note, 3800).replace(/\[(?=\/?code)/gi, '[ ') },
  }
  return bundle.size <= 1024 * MB ? [attach, addNote] : [addNote]
}

/** By `ticket.system` of a case, whatever its case. */
const CONNECTORS: ReadonlyMap<string, Connector> = new Map([
  ['zendesk', zendesk],
  ['jira', jira],
  ['servicenow', servicenow],
])

export const connectorOf = (system: string): Connector | undefined => CONNECTORS.get(system.toLowerCase())
