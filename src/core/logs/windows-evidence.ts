import type { LogRecord, WindowsEvent } from './record.ts'

/** A Windows event that bears on a connection's end. */
export interface WindowsEvidence {
  readonly kind: 'ports-exhausted' | 'network-interface' | 'print-job' | 'spooler' | 'service' | 'restart' | 'print-server'
  /** One sentence in the report. */
  readonly says: string
  readonly source: string
}

interface EventRow extends WindowsEvidence {
  readonly provider: RegExp
  readonly ids: readonly number[]
}

const row = (kind: EventRow['kind'], provider: RegExp, ids: readonly number[], says: string, source: string): EventRow => ({
  kind,
  provider,
  ids,
  says,
  source,
})

const MICROSOFT = 'Windows event documentation'

/** Which events count. Providers are matched whole or by their driver's prefix; the sentence says no more than the event does. */
const WINDOWS_EVENTS: readonly EventRow[] = [
  row(
    'ports-exhausted',
    /^(?:Microsoft-Windows-)?Tcpip$/i,
    [4227],
    'Tcpip 4227: an outgoing connection failed because its local port was used for the same peer moments ago (TIME_WAIT)',
    'netevent.h EVENT_TCPIP_TCP_TIME_WAIT_COLLISION',
  ),
  row('ports-exhausted', /^(?:Microsoft-Windows-)?Tcpip$/i, [4231], 'Tcpip 4231: every ephemeral TCP port was in use', MICROSOFT),
  row(
    'network-interface',
    /^(?:Microsoft-Windows-)?Tcpip$/i,
    [4199, 4198],
    'Tcpip: another machine uses this machine’s address',
    MICROSOFT,
  ),
  row(
    'network-interface',
    /^Microsoft-Windows-NDIS$/i,
    [10400],
    'NDIS 10400: the network interface was reset, as its driver asked or because it hung',
    MICROSOFT,
  ),
  row(
    'network-interface',
    /^(?:e1\w*express|e1[a-z]|e2f\w*|ixgb\w*|i40\w*|rt\w*640?x64|b57nd\w*|b06bdrv|l2nd|q57\w*|vmxnet3\w*|netvsc)$/i,
    [4, 27],
    'the network link was lost',
    'network driver',
  ),
  row(
    'network-interface',
    /^(?:e1\w*express|e1[a-z]|e2f\w*|ixgb\w*|i40\w*)$/i,
    [32, 33],
    'the network link was established again',
    'network driver (Intel)',
  ),
  row('network-interface', /^Microsoft-Windows-NetworkProfile$/i, [10001], 'the machine left its network', MICROSOFT),
  row('print-job', /^Microsoft-Windows-PrintService$/i, [372], 'PrintService 372: a document failed to print', MICROSOFT),
  row(
    'print-job',
    /^Print$/i,
    [61, 6161],
    'Print: a document failed to print; the event holds the Win32 error of the print processor',
    MICROSOFT,
  ),
  row('print-job', /^Microsoft-Windows-PrintService$/i, [805, 842], 'PrintService: how the spooler handled a job', MICROSOFT),
  row('spooler', /^Microsoft-Windows-PrintService$/i, [354, 808], 'PrintService: the spooler could not load a plug-in or start', MICROSOFT),
  row('service', /^Service Control Manager$/i, [7031, 7034, 7023, 7024], 'a service ended unexpectedly', MICROSOFT),
  row('service', /^Service Control Manager$/i, [7035, 7036, 7040], 'a service was started, stopped or changed', MICROSOFT),
  row('restart', /^(?:EventLog|Microsoft-Windows-Eventlog)$/i, [6005, 6006, 6008], 'Windows was started or shut down', MICROSOFT),
  row('restart', /^Microsoft-Windows-Kernel-Power$/i, [41, 42, 107], 'the machine lost power, slept or woke', MICROSOFT),
  row('restart', /^(?:USER32|User32)$/i, [1074, 1076], 'Windows was shut down on request', MICROSOFT),
  row(
    'print-server',
    /^Loftware Print Server$/i,
    [142, 145, 146, 147, 148],
    'Loftware Print Server: Batch Print was reset',
    'vendor’s support article',
  ),
]

/** What a Windows event says about connections; undefined for the many that say nothing. */
export function windowsEvidence(event: Pick<WindowsEvent, 'provider' | 'id'>): WindowsEvidence | undefined {
  const found = WINDOWS_EVENTS.find(({ provider, ids }) => ids.includes(event.id) && provider.test(event.provider.slice(0, 128)))
  return found && { kind: found.kind, says: found.says, source: found.source }
}

/**
 * The provider and id of a record: from the event itself, or from the columns of an Event Viewer CSV or TXT export (level, date and time,
 * source, id: the same order in every language).
 */
export function eventOf(record: LogRecord): Pick<WindowsEvent, 'provider' | 'id'> | undefined {
  if (record.event) return record.event
  const at = record.stampedAt === '' ? -1 : record.text.indexOf(record.stampedAt)
  if (at <= 0) return undefined
  const separator = record.text[at + record.stampedAt.length]
  if (separator !== ',' && separator !== '\t') return undefined
  const [provider = '', id = ''] = record.text
    .slice(at + record.stampedAt.length + 1, at + record.stampedAt.length + 300)
    .split(separator, 2)
  return /^\d{1,5}$/.test(id) ? { provider: provider.replace(/^"|"$/g, ''), id: Number(id) } : undefined
}
