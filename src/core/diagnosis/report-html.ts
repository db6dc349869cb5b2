import { html } from './report-escape.ts'
import { CAUSE_TITLES } from './report-words.ts'
import type { Diagnosis } from './schema.ts'

/**
 * The diagnosis as one self-contained page: no script, nothing loaded, fit for `sandbox; default-src 'none'; style-src 'unsafe-inline';
 * img-src data:`. Everything of the customer's is text.
 */
export function renderHtml(diagnosis: Diagnosis): string {
  const { verdict } = diagnosis
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${html(CAUSE_TITLES[verdict.cause])} · Hangup</title></head>
<body><main><h1>${html(verdict.headline)}</h1><p>${html(verdict.explanation)}</p></main></body>
</html>
`
}
