import { shorten, visible } from '../../core/diagnosis/report-escape.ts'
import {
  CAUSE_TITLES,
  distinctRefs,
  endpoint,
  LOOK_AT,
  OWNERS,
  partyName,
  percent,
  refPlace,
  repeatAdvice,
  sentence,
  whoShouldAct,
} from '../../core/diagnosis/report-words.ts'
import type { Diagnosis, Evidence } from '../../core/diagnosis/schema.ts'

/** A run of text; `link` is an address that the service made, never a customer's. */
export type Span = string | { readonly strong: string } | { readonly code: string } | { readonly link: string; readonly label: string }

export type Block =
  | { readonly heading: string }
  | { readonly paragraph: readonly Span[] }
  | { readonly items: readonly (readonly Span[])[] }

/** What a ticket is told, in no system's markup. Text in it is visible characters only, but not escaped: that is the renderer's. */
export interface TicketNote {
  /** The most important first; a section falls out whole. */
  readonly sections: readonly (readonly Block[])[]
  readonly closing: readonly Block[]
}

/** Links of the service's own making, and until when they are good. */
export interface NoteLinks {
  readonly report: string
  readonly upload: string | undefined
  readonly expiresAt: number
}

export function ticketNote(diagnosis: Diagnosis, links: NoteLinks): TicketNote {
  const supporting = diagnosis.evidence.filter(({ supports }) => supports)
  const against = diagnosis.evidence.filter(({ supports }) => !supports)
  const listed: [string, (readonly Span[])[]][] = [
    ['Do this', diagnosis.recommendations.slice(0, 6).map(({ owner, action }) => [{ strong: `${OWNERS[owner]}: ` }, text(action)])],
    ['Evidence', supporting.slice(0, 8).map(evidence)],
    ['Evidence against', against.slice(0, 4).map(evidence)],
    ['What would settle it', diagnosis.settle.slice(0, 4).map(({ why, command }) => [`${text(why)} `, { code: line(command, 1000) }])],
    ['Limits', diagnosis.limits.slice(0, 6).map((limit) => [text(sentence(limit))])],
  ]
  const lists = listed.filter(([, items]) => items.length > 0).map(([title, items]): Block[] => [{ heading: title }, { items }])
  return { sections: [head(diagnosis), ...lists], closing: closing(diagnosis, links) }
}

function head(diagnosis: Diagnosis): Block[] {
  const { verdict, connection } = diagnosis
  const repeat = repeatAdvice(diagnosis)
  const facts: (readonly Span[])[] = [
    ['Who ended it: ', { strong: partyName(verdict) }, ` (${percent(verdict.partyConfidence)})`],
    ['Cause: ', { code: verdict.cause }, ` (${percent(verdict.confidence)})`],
    [`Look at: ${LOOK_AT[verdict.lookAt]}. Who should act: `, { strong: whoShouldAct(diagnosis) }],
    [`${repeat.question} `, { strong: `${repeat.answer}.` }, ` ${text(repeat.says)}`],
  ]
  if (connection)
    facts.push(['Connection: host ', { code: line(endpoint(connection.host)) }, ', peer ', { code: line(endpoint(connection.peer)) }])
  return [
    { heading: CAUSE_TITLES[verdict.cause] },
    { paragraph: [{ strong: text(verdict.headline) }] },
    { items: facts },
    { paragraph: [text(verdict.explanation, 1500)] },
  ]
}

function evidence({ says, refs }: Evidence): readonly Span[] {
  const places = distinctRefs(refs).slice(0, 3)
  const spans = places.flatMap((ref, at): Span[] => [at === 0 ? ' (' : '; ', { code: line(ref.file) }, ` ${refPlace(ref)}`])
  return [text(sentence(says)), ...spans, ...(spans.length > 0 ? [')'] : [])]
}

function closing({ engine, revision }: Diagnosis, { report, upload, expiresAt }: NoteLinks): Block[] {
  const until = new Date(expiresAt).toISOString().slice(0, 10)
  const wanted: Block[] =
    upload === undefined ? [] : [{ paragraph: ['What is missing can be sent here: ', { link: upload, label: 'Send files' }] }]
  const links: Block = { paragraph: [{ link: report, label: 'Report with pictures' }, ` (until ${until}).`] }
  return [...wanted, links, { paragraph: [`Hangup ${engine.version}, revision ${revision}. Times are UTC on the reference clock.`] }]
}

const line = (said: string, limit = 200): string => shorten(visible(said), limit)

const text = (said: string, limit = 400): string => shorten(visible(said), limit)

/** As many sections as fit `limit` beside the closing, with a word on what was left out. `render` is the format's own. */
export function fitted<T>(note: TicketNote, limit: number, render: (blocks: readonly Block[]) => T, sizeOf: (rendered: T) => number): T {
  for (let kept = note.sections.length; kept > 0; kept--) {
    const rendered = render([...note.sections.slice(0, kept).flat(), ...leftOut(note.sections.length - kept), ...note.closing])
    if (sizeOf(rendered) <= limit) return rendered
  }
  return render(note.closing)
}

const leftOut = (sections: number): Block[] =>
  sections === 0 ? [] : [{ paragraph: [`${sections} more ${sections === 1 ? 'section' : 'sections'} in the report.`] }]
