/** Longest base name of an entry, in UTF-16 units: with any folder a customer unpacks to, below Windows' 260. */
const MAX_NAME = 100
/** Device names of Windows, with or without an extension (learn.microsoft.com, "Naming Files, Paths, and Namespaces"). */
const DEVICE = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\.|$)/i
const COMPRESSED = /\.(gz|gzip|zst|zstd)$/i
/** The cut writes Windows event logs as event XML. */
const EVENT_LOG = /\.evtx$/i
const CAPTURE = /\.(pcap|pcapng|cap|dmp|ntar|trc)$/i

/** The subject connection alone. The bundle's own: an upload of that name gets another. */
export const SUBJECT_ENTRY = 'captures/subject.pcapng'

/**
 * Where an upload lies in the bundle: `captures/NAME.pcapng` or `logs/NAME`. This is `EvidenceFile.file`, and what every `ref.file` of
 * a diagnosis says, so the service, the page and the command line all name files by this function, in the order of the uploads.
 *
 * The name is safe to unpack on Windows, macOS and Linux: one folder deep, no device name, no control or bidirectional character, no
 * trailing dot. Two uploads never share an entry, nor differ in case alone; the second `trace.pcap` becomes `captures/trace-2.pcapng`.
 *
 * @param uploadName as the customer sent it; a path counts by its last part
 * @param taken the entries already given away (not changed)
 */
export function evidenceEntryName(uploadName: string, kind: 'capture' | 'log', taken: Iterable<string>): string {
  const used = new Set([SUBJECT_ENTRY, ...taken].map(stemKey))
  const safe = safeBaseName(uploadName).replace(COMPRESSED, '').replace(EVENT_LOG, '.xml')
  const [stem, extension] = kind === 'capture' ? [safe.replace(CAPTURE, ''), '.pcapng'] : splitExtension(safe)
  for (let copy = 1; ; copy++) {
    const suffix = (copy === 1 ? '' : `-${copy}`) + extension
    const base = `${(stem || kind).slice(0, MAX_NAME - suffix.length).replace(/[. ]+$/, '')}${suffix}`
    const entry = `${kind === 'capture' ? 'captures' : 'logs'}/${base}`
    if (!used.has(stemKey(entry))) return entry
  }
}

/** Where the cut receipt of an evidence file lies: `receipts/trace.pcapng.json`. Unique because base names are. */
export const receiptEntryName = (file: string): string => `receipts/${baseName(file)}.json`

/** The last part of a path, whichever slash it was written with. */
export const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? ''

/** Base names are unique over all folders, so that receipts are; case and compatibility forms do not tell names apart on every disk. */
const stemKey = (entry: string): string => baseName(entry).normalize('NFKC').toLowerCase()

function safeBaseName(uploadName: string): string {
  const name = baseName(uploadName)
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}._ ()+-]/gu, '_')
    .replace(/^[. ]+|[. ]+$/g, '')
  return DEVICE.test(name) ? `_${name}` : name
}

function splitExtension(name: string): [stem: string, extension: string] {
  const dot = name.lastIndexOf('.')
  const extension = dot > 0 && name.length - dot <= 12 ? name.slice(dot) : '.log'
  // A log that calls itself a capture would be opened by Wireshark, and could be taken for one when the bundle is read again.
  if (CAPTURE.test(extension)) return [name, '.log']
  return [dot > 0 && extension !== '.log' ? name.slice(0, dot) : name.replace(/\.log$/i, ''), extension]
}
