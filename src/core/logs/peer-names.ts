import { endsIn, entitiesOf, type LogEndpoint, type LogEntities } from './entities.ts'

/** A peer as a record names it: by address, or by a name that other records tie to one. */
export interface NamedPeer extends Omit<LogEndpoint, 'at'> {
  /** The name that was looked up; undefined where the record itself has the address. */
  readonly by: string | undefined
  /** The record's own end of the connection, where it writes both. */
  readonly local?: { readonly ip: string; readonly port: number | undefined }
}

const MAX_NAMES = 20_000
const MAX_SEARCHED = 512 // characters of one record
const MAX_WORDS = 24 // of one record: what names a queue or printer stands near its start
const NAME = /[\p{L}\p{N}_][\p{L}\p{N}_.-]{1,63}/gu

/** How often an address stood beside a name, or anywhere. */
interface Tie {
  endpoint: NamedPeer
  records: number
}

/** What is known about one name: a list, because most names have one address, and there are many names. */
interface Ties {
  readonly list: Tie[]
  total: number
}

/** How much more the best address must weigh than the next. */
const MARGIN = 1.2
/** Tenths of a name's records that must agree: what stands beside several addresses names none of them. */
const PURE = 8
const MAX_ADDRESSES = 64 // of one name: a word with more names nobody

/**
 * Learns which names (queues, printers, jobs) stand for which address, from records that have both: `queue18: queue started, device
 * 10.20.172.253:631` ties `queue18`, `job 49218 connected to …` ties the job. Words that go with every address (`device`, `INFO`) weigh
 * nothing, because a name counts by how much more often than usual its address stands beside it.
 */
export class PeerNames {
  readonly #ties = new Map<string, Ties>()
  readonly #all = new Map<string, Tie>()
  #total = 0

  /** @param skip characters of the text's start that hold the stamp */
  learn(text: string, entities: LogEntities, skip: number): void {
    const endpoints = distinct(entities.endpoints)
    const [endpoint] = endpoints
    if (endpoints.length !== 1 || !endpoint) return
    const peer = this.#counted(endpoint)
    for (const name of namesIn(text, entities, skip)) {
      let ties = this.#ties.get(name)
      if (!ties) {
        if (this.#ties.size >= MAX_NAMES) continue
        ties = { list: [], total: 0 }
        this.#ties.set(name, ties)
      }
      count(ties, peer)
    }
  }

  /** The one object that stands for an address and its port: thousands of names refer to it. */
  #counted({ ip, port }: LogEndpoint): NamedPeer {
    this.#total++
    const known = this.#all.get(ip)
    if (!known) {
      const peer: NamedPeer = { ip, port, by: undefined }
      if (this.#all.size < MAX_NAMES) this.#all.set(ip, { endpoint: peer, records: 1 })
      return peer
    }
    known.records++
    if (port !== undefined && port !== known.endpoint.port) known.endpoint = { ip: known.endpoint.ip, port, by: undefined }
    return port === known.endpoint.port ? known.endpoint : { ip: known.endpoint.ip, port, by: undefined }
  }

  /** The peer that a record is about: the address it has, else the one its names stand for; undefined where they do not say. */
  find(text: string, entities: LogEntities, skip: number): NamedPeer | undefined {
    const [first] = entities.endpoints
    if (!first) return this.#byNames(text, entities, skip)
    const ends = endsIn(text, entities.endpoints)
    // An arrow may also follow the traffic: an address that other records name alone is a peer's.
    const isTurned = ends !== undefined && this.#isKnown(ends.local.ip) && !this.#isKnown(ends.remote.ip)
    const [remote, local] = ends ? (isTurned ? [ends.local, ends.remote] : [ends.remote, ends.local]) : [first, undefined]
    const peer = { ip: remote.ip, port: remote.port ?? this.#all.get(remote.ip)?.endpoint.port, by: undefined }
    return local ? { ...peer, local: { ip: local.ip, port: local.port } } : peer
  }

  #isKnown(ip: string): boolean {
    return this.#all.has(ip)
  }

  #byNames(text: string, entities: LogEntities, skip: number): NamedPeer | undefined {
    const votes = new Map<string, { peer: NamedPeer; weight: number }>()
    for (const name of namesIn(text, entities, skip)) {
      const ties = this.#ties.get(name)
      if (!ties || ties.list.length >= MAX_ADDRESSES) continue
      for (const { endpoint, records } of ties.list) {
        const weight = this.#weight(ties, endpoint.ip, records)
        const vote = votes.get(endpoint.ip)
        // The strongest word decides: a sentence has many words, and they all come together.
        if (!vote || weight > vote.weight) votes.set(endpoint.ip, { peer: { ...endpoint, by: name }, weight })
      }
    }
    const [best, second] = [...votes.values()].sort((a, b) => b.weight - a.weight)
    if (!best || (second && second.weight * MARGIN > best.weight)) return undefined
    return best.weight > 0 || this.#all.size === 1 ? best.peer : undefined
  }

  /** How much the name speaks for the address: its share of the name's records, times how far that lies above the address's usual share. */
  #weight(ties: Ties, ip: string, records: number): number {
    const usual = (this.#all.get(ip)?.records ?? 0) / Math.max(1, this.#total)
    const lift = usual === 0 ? 1 : records / ties.total / usual
    const isPure = records * 10 >= ties.total * PURE
    return lift <= 1 || !isPure ? 0 : (records / (ties.total + 1)) * Math.log(lift)
  }
}

function count(ties: Ties, peer: NamedPeer): void {
  const known = ties.list.find(({ endpoint }) => endpoint.ip === peer.ip)
  ties.total++
  if (known) {
    known.records++
    if (peer.port !== undefined) known.endpoint = peer
  } else if (ties.list.length < MAX_ADDRESSES) ties.list.push({ endpoint: peer, records: 1 })
}

function distinct(endpoints: readonly LogEndpoint[]): LogEndpoint[] {
  return endpoints.filter((endpoint, index) => endpoints.findIndex(({ ip }) => ip === endpoint.ip) === index)
}

/** Words that could name something, and jobs as `job:N`. Plain words without a digit, capital in the middle, `_` or `-` are kept too: a queue may be called `warehouse`. */
export function namesIn(text: string, entities: LogEntities, skip: number): string[] {
  const names: string[] = entities.jobs.map((job) => `job:${job}`)
  for (const match of ownCopy(text.slice(skip, skip + MAX_SEARCHED)).matchAll(NAME)) {
    const [word] = match
    if (/^[\d.]+$/.test(word)) continue
    names.push(word)
    if (names.length >= MAX_WORDS) break
  }
  return names
}

/** A name that is kept must not keep alive the long text that it was cut from, as a piece of a string does in V8. */
const ownCopy = (text: string): string => (text.length < MAX_SEARCHED ? text : new TextDecoder().decode(new TextEncoder().encode(text)))

/** Addresses and the peer of one record, for callers that hold its text. */
export function peerOf(names: PeerNames, text: string, skip: number): { entities: LogEntities; peer: NamedPeer | undefined } {
  const entities = entitiesOf(text)
  const peer = names.find(text, entities, skip)
  names.learn(text, entities, skip)
  return { entities, peer }
}
