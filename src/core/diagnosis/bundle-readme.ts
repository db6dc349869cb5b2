import { visible } from './report-escape.ts'
import { percent } from './report-words.ts'
import type { Diagnosis } from './schema.ts'

/** `README.txt`: what this is, in ten lines, with the line ends that Windows' Notepad of any age reads. */
export function bundleReadme(diagnosis: Diagnosis): string {
  const { verdict, engine } = diagnosis
  return [
    'What this is: the evidence of one support incident, cut to its window, and what Hangup found in it.',
    `Verdict: ${visible(verdict.headline)} (${verdict.cause}, ${percent(verdict.confidence)})`,
    'report.html     open it in a browser: verdict, pictures, evidence, what to do. It loads nothing and runs nothing.',
    'report.md       the same for a ticket.',
    'captures/       open them in Wireshark: decisive packets carry comments (filter: frame.comment). subject.pcapng is the one connection.',
    'logs/           the cut logs; line numbers in the report count in these files.',
    'diagnosis.json, connections.json, receipts/   the same facts for machines; what was kept and what was dropped.',
    'manifest.json   size and SHA-256 of every file; manifest.json.sig, where there is one, signs it (Ed25519). Check: hangup verify FILE.zip',
    'Diagnose it again: hangup diagnose FILE.zip. The answer is the same.',
    `Made by hangup ${engine.version}, revision ${diagnosis.revision}. Times are UTC.`,
    '',
  ].join('\r\n')
}
