/**
 * What the vendors publish about the requests that are made here, as JSON schemas: the members that may be written, and no others.
 * Zendesk: developer.zendesk.com, "Ticket Comments" (JSON format). Atlassian: "Atlassian Document Format", nodes and marks of Jira Cloud,
 * and "Add comment" of the REST API v3. ServiceNow: Table API and Attachment API. Written from their documents on 2026-11-21.
 */

const closed = (properties: object, required: readonly string[]) => ({ type: 'object', properties, required, additionalProperties: false })

export const ZENDESK_TICKET_UPDATE = closed(
  {
    ticket: closed(
      {
        comment: closed(
          {
            body: { type: 'string' },
            html_body: { type: 'string', minLength: 1, maxLength: 65_535 },
            public: { const: false },
            author_id: { type: 'integer' },
            uploads: { type: 'array', items: { type: 'string' } },
          },
          ['html_body', 'public'],
        ),
      },
      ['comment'],
    ),
  },
  ['ticket'],
)

const mark = (type: string, attrs?: object) =>
  closed({ type: { const: type }, ...(attrs ? { attrs } : {}) }, attrs ? ['type', 'attrs'] : ['type'])
const children = (...names: readonly string[]) => ({ type: 'array', items: { anyOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) } })
const node = (type: string, content: object, more: object = {}) =>
  closed({ type: { const: type }, content, ...more }, ['type', 'content', ...Object.keys(more)])

export const ADF = {
  ...closed({ version: { const: 1 }, type: { const: 'doc' }, content: children('heading', 'paragraph', 'bulletList') }, [
    'version',
    'type',
    'content',
  ]),
  $defs: {
    heading: node('heading', children('text'), { attrs: closed({ level: { enum: [1, 2, 3, 4, 5, 6] } }, ['level']) }),
    paragraph: node('paragraph', children('text')),
    bulletList: node('bulletList', { ...children('listItem'), minItems: 1 }),
    listItem: node('listItem', { ...children('paragraph'), minItems: 1 }),
    text: closed(
      {
        type: { const: 'text' },
        text: { type: 'string', minLength: 1 },
        marks: {
          type: 'array',
          items: { anyOf: [mark('strong'), mark('code'), mark('link', closed({ href: { type: 'string' } }, ['href']))] },
        },
      },
      ['type', 'text'],
    ),
  },
}

export const JIRA_COMMENT = {
  $defs: ADF.$defs,
  ...closed(
    {
      body: { ...ADF, $defs: undefined },
      properties: { type: 'array', items: closed({ key: { type: 'string', maxLength: 255 }, value: {} }, ['key', 'value']) },
      visibility: { type: 'object' },
    },
    ['body'],
  ),
}

export const SERVICENOW_UPDATE = closed({ work_notes: { type: 'string', minLength: 1, maxLength: 4000 } }, ['work_notes'])
