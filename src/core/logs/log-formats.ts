import { csvFormat } from './formats/csv.ts'
import { eventXmlFormat } from './formats/event-xml.ts'
import { evtxFormat } from './formats/evtx.ts'
import { journalExportFormat } from './formats/journal-export.ts'
import { jsonLinesFormat } from './formats/json-lines.ts'
import { textFormat } from './formats/text.ts'
import { w3cFormat } from './formats/w3c.ts'
import type { LogFormat } from './record-reader.ts'

/** Asked in this order; the first that recognises the content reads the file. The last one takes anything. */
export const LOG_FORMATS: readonly LogFormat[] = [
  evtxFormat,
  eventXmlFormat,
  w3cFormat,
  journalExportFormat,
  jsonLinesFormat,
  csvFormat,
  textFormat,
]
