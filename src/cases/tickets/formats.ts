import { html } from '../../core/diagnosis/report-escape.ts'
import { type Block, fitted, type Span, type TicketNote } from './note.ts'

/** HTML of the few elements that every ticket system keeps: headings, paragraphs, lists, strong, code, links. `limit` in UTF-8 bytes. */
export const noteHtml = (note: TicketNote, limit: number): string => fitted(note, limit, htmlBlocks, bytesOf)

/** Plain text, for fields without markup. `limit` in UTF-16 units. */
export const noteText = (note: TicketNote, limit: number): string => fitted(note, limit, textBlocks, ({ length }) => length)

/** Atlassian Document Format, version 1: what Jira Cloud's REST API v3 takes. `limit` in UTF-16 units of its JSON. */
export const noteAdf = (note: TicketNote, limit: number): AdfDocument =>
  fitted(note, limit, adfBlocks, (made) => JSON.stringify(made).length)

const bytesOf = (made: string): number => new TextEncoder().encode(made).length

const htmlBlocks = (blocks: readonly Block[]): string => blocks.map(htmlBlock).join('\n')

function htmlBlock(block: Block): string {
  if ('heading' in block) return `<h3>${html(block.heading)}</h3>`
  if ('paragraph' in block) return `<p>${htmlSpans(block.paragraph)}</p>`
  return `<ul>${block.items.map((item) => `<li>${htmlSpans(item)}</li>`).join('')}</ul>`
}

const htmlSpans = (spans: readonly Span[]): string => spans.map(htmlSpan).join('')

function htmlSpan(span: Span): string {
  if (typeof span === 'string') return spaced(span)
  if ('strong' in span) return `<strong>${spaced(span.strong)}</strong>`
  if ('code' in span) return `<code>${html(span.code)}</code>`
  return `<a href="${html(span.link)}" rel="noreferrer">${html(span.label)}</a>`
}

/** Escapes the words and keeps the blanks at the ends, which part them from the next run. */
const spaced = (run: string): string => {
  const [, before = '', words = '', after = ''] = /^(\s*)(.*?)(\s*)$/s.exec(run) ?? []
  return before + html(words) + after
}

const textBlocks = (blocks: readonly Block[]): string => blocks.map(textBlock).join('\n\n')

function textBlock(block: Block): string {
  if ('heading' in block) return block.heading.toUpperCase()
  if ('paragraph' in block) return textSpans(block.paragraph)
  return block.items.map((item) => `- ${textSpans(item)}`).join('\n')
}

const textSpans = (spans: readonly Span[]): string => spans.map(textSpan).join('')

function textSpan(span: Span): string {
  if (typeof span === 'string') return span
  if ('strong' in span) return span.strong
  return 'code' in span ? span.code : `${span.label}: ${span.link}`
}

export interface AdfDocument {
  readonly version: 1
  readonly type: 'doc'
  readonly content: readonly AdfNode[]
}

export interface AdfNode {
  readonly type: string
  readonly attrs?: Readonly<Record<string, unknown>>
  readonly content?: readonly AdfNode[]
  readonly text?: string
  readonly marks?: readonly { readonly type: string; readonly attrs?: Readonly<Record<string, string>> }[]
}

const adfBlocks = (blocks: readonly Block[]): AdfDocument => ({ version: 1, type: 'doc', content: blocks.map(adfBlock) })

function adfBlock(block: Block): AdfNode {
  if ('heading' in block) return { type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text: block.heading }] }
  if ('paragraph' in block) return adfParagraph(block.paragraph)
  return { type: 'bulletList', content: block.items.map((item) => ({ type: 'listItem', content: [adfParagraph(item)] })) }
}

/** A text node may not be empty. */
const adfParagraph = (spans: readonly Span[]): AdfNode => ({
  type: 'paragraph',
  content: spans.map(adfSpan).filter(({ text }) => text !== ''),
})

function adfSpan(span: Span): AdfNode {
  if (typeof span === 'string') return { type: 'text', text: span }
  if ('strong' in span) return { type: 'text', text: span.strong, marks: [{ type: 'strong' }] }
  if ('code' in span) return { type: 'text', text: span.code, marks: [{ type: 'code' }] }
  return { type: 'text', text: span.label, marks: [{ type: 'link', attrs: { href: span.link } }] }
}
