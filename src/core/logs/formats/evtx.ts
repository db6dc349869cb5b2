import { BinXmlError, renderBinXml } from '../evtx/binxml.ts'
import type { LogFormat, ReaderFacts, RecordReader, RecordStart, RecordTaker } from '../record-reader.ts'
import { readEventXml } from '../windows-event.ts'

const FILE_MAGIC = 'ElfFile\0'
const CHUNK_MAGIC = 'ElfChnk\0'
const FILE_HEADER = 4096 // bytes
const CHUNK = 65_536 // bytes
const CHUNK_HEADER = 512 // bytes
const RECORD_MAGIC = 0x00002a2a
const RECORD_HEADER = 24 // magic, size, record id, FILETIME
const MAX_NOTES = 20

/**
 * Windows event logs. Records are cut on `System/TimeCreated`: the header's own time is that of another record in exported logs. What is
 * kept becomes event XML, one event a line: names and templates of a record lie in other records of its chunk, so that a cut evtx would
 * hold what was to be dropped; and event XML opens in a browser, in PowerShell, in every log tool, and here again.
 *
 * @see libevtx, Windows XML Event Log (EVTX) format
 */
export const evtxFormat: LogFormat = {
  id: 'evtx',
  cutAs: { format: 'event-xml', extension: '.xml' },
  sniff: ({ bytes }) => startsWith(bytes, 0, FILE_MAGIC),
  open: (_head, taker) => new EvtxReader(taker),
}

const PREFIX = '<?xml version="1.0" encoding="utf-8" standalone="yes"?><Events>\n'
const SUFFIX = '</Events>\n'

class EvtxReader implements RecordReader {
  readonly facts: ReaderFacts = { quality: [], utcByRule: true, layout: 'iso-8601' }
  readonly #taker: RecordTaker
  readonly #encoder = new TextEncoder()
  readonly #start: RecordStart
  readonly #chunk = new Uint8Array(CHUNK)
  #filled = 0
  #skip = FILE_HEADER
  #offset = FILE_HEADER
  #stampedAt = ''
  #notes = 0
  #framed = false

  constructor(taker: RecordTaker) {
    this.#taker = taker
    this.#start = { stamp: undefined, stampedAt: () => this.#stampedAt, line: 0, offset: 0 }
  }

  push(piece: Uint8Array): void {
    if (!this.#framed) this.#taker.frame(this.#encoder.encode(PREFIX), this.#encoder.encode(SUFFIX))
    this.#framed = true
    let at = Math.min(this.#skip, piece.length)
    this.#skip -= at
    while (at < piece.length) {
      const take = Math.min(CHUNK - this.#filled, piece.length - at)
      this.#chunk.set(piece.subarray(at, at + take), this.#filled)
      this.#filled += take
      at += take
      if (this.#filled === CHUNK) this.#readChunk()
    }
  }

  end(): void {
    if (this.#filled <= CHUNK_HEADER) return
    this.#note(`the file ends inside the chunk at byte ${this.#offset}: its whole records were read`)
    this.#chunk.fill(0, this.#filled)
    this.#readChunk()
  }

  #readChunk(): void {
    const bytes = this.#chunk
    const view = new DataView(bytes.buffer)
    if (startsWith(bytes, 0, CHUNK_MAGIC)) this.#readRecords(view, Math.min(view.getUint32(48, true) || CHUNK, CHUNK))
    else if (bytes.some((byte) => byte !== 0)) this.#note(`the chunk at byte ${this.#offset} has no signature: it was left out`)
    this.#offset += CHUNK
    this.#filled = 0
  }

  /** Record after record; where one is damaged, the next signature on a multiple of eight bytes. */
  #readRecords(view: DataView, free: number): void {
    let at = CHUNK_HEADER
    while (at + RECORD_HEADER <= CHUNK) {
      if (view.getUint32(at, true) !== RECORD_MAGIC) {
        if (at >= free) return
        at += 8
        continue
      }
      const size = view.getUint32(at + 4, true)
      if (size < RECORD_HEADER + 4 || at + size > CHUNK || view.getUint32(at + size - 4, true) !== size) {
        if (at + size <= this.#filled || this.#filled === CHUNK) this.#note(`damaged record at byte ${this.#offset + at}`)
        at += 8
        continue
      }
      this.#readRecord(view, at, size)
      at += size
    }
  }

  #readRecord(view: DataView, at: number, size: number): void {
    let xml: string
    try {
      xml = renderBinXml(view, at + RECORD_HEADER, at + size - 4)
      if (!xml.startsWith('<Event')) throw new BinXmlError('it holds no event')
    } catch (error) {
      if (!(error instanceof BinXmlError) && !(error instanceof RangeError)) throw error
      this.#note(
        `record ${view.getBigUint64(at + 8, true)} at byte ${this.#offset + at} cannot be decoded (${error.message}): it was left out`,
      )
      return
    }
    const line = xml.replace(/[\r\n]+/g, ' ')
    const { event, found } = readEventXml(line)
    this.#stampedAt = found ? line.slice(line.indexOf('SystemTime=') + 12).slice(found.stamp.start, found.stamp.end) : ''
    this.#start.stamp = found?.stamp
    this.#start.event = event
    this.#start.line++
    this.#start.offset = this.#offset + at
    this.#taker.begin(this.#start)
    const encoded = this.#encoder.encode(`${line}\n`)
    this.#taker.piece(encoded, 0, encoded.length, true)
  }

  #note(says: string): void {
    this.#notes++
    if (this.#notes <= MAX_NOTES) this.facts.quality.push(says)
  }
}

function startsWith(bytes: Uint8Array, at: number, magic: string): boolean {
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false
  return true
}
