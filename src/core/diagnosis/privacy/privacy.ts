import { DigestList } from '../../intake/digest-list.ts'
import type { LastWords } from '../../intake/last-words.ts'
import type { CutReceipt, FlowDigest } from '../../intake/receipt.ts'
import type { Question } from '../question.ts'
import { captureFilter } from './capture-filter.ts'
import { FramePrivacy, noFrames } from './frame.ts'
import { type PseudonymMap, Pseudonyms } from './pseudonyms.ts'
import { noText, TextRenamer } from './text.ts'
import { type ByteFilter, textFilter } from './text-filter.ts'

/** What a case asks for. `addresses: 'pseudonymise'` implies `payload: 'strip'`. */
export interface PrivacySettings {
  readonly payload: 'keep' | 'strip'
  readonly addresses: 'keep' | 'pseudonymise'
  /** Machine names and domains that the case gives; names inside `domains` are found by themselves. */
  readonly names?: readonly string[]
  readonly domains?: readonly string[]
}

/** What was done, for the receipt: rules and how often each was used. */
export interface PrivacyReceipt {
  readonly payload: 'keep' | 'strip'
  readonly addresses: 'keep' | 'pseudonymise'
  readonly rules: readonly { readonly rule: string; readonly count: number }[]
  readonly says: string
}

/**
 * One case's privacy, applied to what is kept while it streams, before anything is stored. The files of a case share one instance, or
 * instances made of the last one's `map`, one file after the other: pseudonyms follow the order of appearance.
 */
export class CasePrivacy {
  readonly settings: PrivacySettings
  readonly #pseudonyms: Pseudonyms
  readonly #text: TextRenamer
  readonly #frames: FramePrivacy

  constructor(settings: PrivacySettings, map?: PseudonymMap) {
    this.settings = settings
    this.#pseudonyms = new Pseudonyms(map)
    this.#text = new TextRenamer(this.#pseudonyms, { names: settings.names ?? [], domains: settings.domains ?? [] })
    this.#frames = new FramePrivacy(this.renames ? this.#pseudonyms : undefined)
  }

  get renames(): boolean {
    return this.settings.addresses === 'pseudonymise'
  }

  get strips(): boolean {
    return this.renames || this.settings.payload === 'strip'
  }

  /** Undoes the pseudonyms (`reveal`): the customer's own. */
  get map(): PseudonymMap {
    return this.#pseudonyms.toMap()
  }

  /**
   * What the bytes of a cut file (pcap, pcapng, or text in any encoding) become. `write` gets fresh buffers;
   * `words` hears a capture's frames before their payload goes. The counts of `report` begin again.
   */
  filter(kind: 'capture' | 'log', write: (bytes: Uint8Array) => void, words?: LastWords): ByteFilter {
    this.#frames.counts = noFrames()
    this.#text.counts = noText()
    if (kind === 'capture' && this.strips) return captureFilter(this.#frames, this.renames, write, words)
    if (kind === 'log' && this.renames) return textFilter((line) => this.#text.rename(line), write)
    return { push: (bytes) => write(new Uint8Array(bytes)), end: () => undefined }
  }

  /** Any text of the case: a file name, a hint, an error wording, a warning. */
  text(said: string): string {
    return this.renames ? this.#text.rename(said) : said
  }

  /** Every string in a JSON document (a receipt with its digests, rows of connections), renamed. */
  json<T>(document: T): T {
    return this.renames ? renameAll(document, (said) => this.#text.rename(said)) : document
  }

  /** A receipt renamed, with what was done noted in its `options.privacy`. Digests of the upload's bytes go: they would tell what it was. */
  receipt(receipt: CutReceipt): CutReceipt {
    if (!this.strips) return receipt
    const { flowDigest } = receipt
    const renamed = { ...this.json({ ...receipt, flowDigest: null }), flowDigest: flowDigest && this.#digest(flowDigest) }
    const source = this.renames ? { ...renamed.source, sha256: null } : renamed.source
    return { ...renamed, source, options: { ...renamed.options, privacy: this.report() } }
  }

  #digest(digest: FlowDigest): FlowDigest {
    if (!this.renames) return digest
    const connections = new DigestList()
    for (const connection of digest.connections) connections.add(this.json(connection))
    return { ...digest, connections, macs: this.json(digest.macs) }
  }

  /** The hints of a question, as the renamed evidence spells them. */
  question(question: Question): Question {
    const { host, peer, error } = question
    return {
      ...question,
      host: host && this.text(host),
      peer: peer && { ...peer, ip: this.text(peer.ip) },
      error: error && this.text(error),
      payloadStripped: question.payloadStripped || this.strips,
    }
  }

  /** Counts since the last file began. */
  report(): PrivacyReceipt {
    const frames = this.#frames.counts
    const text = this.#text.counts
    const rules = [
      { rule: 'payload cut behind the transport header, original length kept', count: frames.payloadCut },
      { rule: 'payload of damaged segments zeroed, checksum left as wrong', count: frames.payloadBlanked },
      { rule: 'packets of unknown protocols cut behind the link header', count: frames.unknownCut },
      { rule: 'IP addresses in packets renamed, subnets kept', count: frames.addresses },
      { rule: 'MAC addresses in packets renamed, maker kept', count: frames.macs },
      { rule: 'IP and TCP options that may name addresses blanked', count: frames.optionsBlanked },
      { rule: 'IPv4 addresses in text renamed', count: text.ipv4 },
      { rule: 'IPv6 addresses in text renamed', count: text.ipv6 },
      { rule: 'MAC addresses in text renamed', count: text.mac },
      { rule: "the case's names, names under its domains, UNC servers and event computers renamed", count: text.name },
      { rule: 'addresses that share a pseudonym because the ranges are full', count: this.#pseudonyms.collisions },
    ]
    const says = this.renames
      ? 'Addresses and the names listed were replaced. Free text was not searched for other names.'
      : 'Packets were cut behind the transport header. Addresses, names and logs are as they were.'
    return { payload: this.strips ? 'strip' : 'keep', addresses: this.settings.addresses, rules, says }
  }
}

function renameAll<T>(value: T, rename: (said: string) => string): T {
  if (typeof value === 'string') return rename(value) as T
  if (Array.isArray(value)) return value.map((each) => renameAll(each, rename)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renameAll(each, rename)])) as T
}
