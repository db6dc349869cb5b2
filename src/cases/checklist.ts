import { z } from 'zod'
import type { FileRecord } from '../store/records.ts'
import { ASKS } from './question.ts'

export const ChecklistItem = z.object({
  ask: z.enum(ASKS),
  state: z.enum(['received', 'outside-window', 'unreadable', 'missing']),
  file: z.string().nullable(),
  says: z.string(),
})
export type ChecklistItem = z.infer<typeof ChecklistItem>
type Ask = ChecklistItem['ask']

const HOW_TO_GET: Readonly<Record<Ask, string>> = {
  capture: 'A network capture (pcap or pcapng) that was running at the moment of the error, best taken on the host.',
  'batch-print-log': 'The log of the software that reported the error, covering the moment.',
  'watchdog-log': 'The log of the watchdog or monitoring service of the same hour.',
  'event-log': 'The event log of the machine (Windows: System and Application, saved as .evtx).',
}

/** What was asked for and what of it has come. One file answers one ask; the better state wins. */
export function checklistOf(asks: readonly Ask[], files: readonly FileRecord[]): ChecklistItem[] {
  return asks.map((ask) => {
    const items = files.filter((file) => answers(file).has(ask)).map((file) => itemOf(ask, file))
    return (
      items.sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state))[0] ?? {
        ask,
        state: 'missing',
        file: null,
        says: HOW_TO_GET[ask],
      }
    )
  })
}

const ORDER: readonly ChecklistItem['state'][] = ['received', 'outside-window', 'unreadable', 'missing']

function answers(file: FileRecord): ReadonlySet<Ask> {
  const asks = new Set<Ask>(
    file.evidence.map(({ receipt }) => (receipt.kind === 'capture' ? 'capture' : logAsk(file.name, receipt.format))),
  )
  if (asks.size === 0) asks.add(/\.(pcap|pcapng|cap|dmp)(\.gz|\.zst)?$/i.test(file.name) ? 'capture' : logAsk(file.name, ''))
  return asks
}

function logAsk(name: string, format: string): Ask {
  if (format === 'evtx' || /\.evtx$|event[-_ ]?log/i.test(name)) return 'event-log'
  return /watchdog/i.test(name) ? 'watchdog-log' : 'batch-print-log'
}

function itemOf(ask: Ask, file: FileRecord): ChecklistItem {
  if (file.state === 'rejected') return { ask, state: 'unreadable', file: file.name, says: file.problem?.advice ?? 'It could not be read.' }
  const kept = file.evidence.reduce((sum, { receipt }) => sum + receipt.kept.records, 0)
  if (kept === 0) {
    const missed = file.warnings.find(({ code }) => code === 'nothing-in-window')
    const says = missed?.message ?? 'Nothing of it lies inside the window.'
    return { ask, state: 'outside-window', file: file.name, says }
  }
  return { ask, state: 'received', file: file.name, says: `${kept} records inside the window.` }
}
