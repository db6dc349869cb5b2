import { renderHtml } from '../core/diagnosis/report-html.ts'
import { renderMarkdown } from '../core/diagnosis/report-markdown.ts'
import type { Diagnosis } from '../core/diagnosis/schema.ts'
import type { Arguments } from './arguments.ts'
import type { Option } from './command.ts'
import { OUTPUT_OPTION } from './output.ts'

/** How a diagnosis is written, and where to: the same options for every command that prints one. */
export const REPORT_OPTIONS: readonly Option[] = [
  { name: 'json', says: 'the whole diagnosis as JSON' },
  { name: 'markdown', says: 'text for a ticket (the default)' },
  { name: 'html', says: 'one page with pictures' },
  OUTPUT_OPTION,
]

/** As asked for; else as the output's name ends; else text for a ticket. */
export function renderedDiagnosis(diagnosis: Diagnosis, args: Arguments): Uint8Array {
  return new TextEncoder().encode(inForm(diagnosis, formOf(args)))
}

type Form = 'json' | 'markdown' | 'html'

function formOf(args: Arguments): Form {
  for (const form of ['json', 'markdown', 'html'] as const) if (args.has(form)) return form
  const name = args.text('output')?.replace(/\.gz$/, '') ?? ''
  return name.endsWith('.json') ? 'json' : /\.html?$/.test(name) ? 'html' : 'markdown'
}

function inForm(diagnosis: Diagnosis, form: Form): string {
  if (form === 'json') return `${JSON.stringify(diagnosis, null, 2)}\n`
  return form === 'html' ? renderHtml(diagnosis) : renderMarkdown(diagnosis)
}
