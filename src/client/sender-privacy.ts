import { z } from 'zod'
import { CasePrivacy } from '../core/diagnosis/privacy/privacy.ts'
import { PseudonymMap } from '../core/diagnosis/privacy/pseudonyms.ts'
import { reveal } from '../core/diagnosis/privacy/reveal.ts'
import type { NamedByCase } from '../core/diagnosis/privacy/text.ts'
import type { LocalCut } from './cut-here.ts'

/** One case's map as it is kept on the customer's machine. Its id goes along with the files, the map never. */
export const KeptMap = PseudonymMap.extend({
  id: z.string().min(8).max(64),
  /** What was to be renamed beside addresses: the service forgets it, and the next file needs it. */
  listed: z.object({ names: z.array(z.string()), domains: z.array(z.string()) }).optional(),
})
export type KeptMap = z.infer<typeof KeptMap>

/** A case without pseudonyms yet. @param id random */
export const newMap = (id: string): KeptMap => ({
  ...{ schemaVersion: 1, id, ipv4: [], ipv6: { networks: [], middles: [], lows: [] }, macs: [], names: [] },
})

/** What a case says of its incident, as text. */
export interface Hints {
  readonly host?: string | undefined
  readonly peer?: string | undefined
  readonly error?: string | undefined
}

/** Hints with their real names: once a file was sent, the service knows them in pseudonyms. */
export function realHints({ host, peer, error }: Hints, map: PseudonymMap): Hints {
  const real = (text: string | undefined) => text && reveal(text, map)
  return { host: real(host), peer: real(peer), error: real(error) }
}

const union = (a: readonly string[] = [], b: readonly string[] = []): string[] => [...new Set([...a, ...b])]

/** Renames the files of a case before they are sent, one after the other, all with one map. */
export class SenderPrivacy {
  readonly privacy: CasePrivacy
  readonly #id: string
  readonly #listed: NonNullable<KeptMap['listed']>

  /** @param listed names and domains to rename beside addresses */
  constructor(kept: KeptMap, listed: NamedByCase = { names: [], domains: [] }) {
    this.#listed = { names: union(kept.listed?.names, listed.names), domains: union(kept.listed?.domains, listed.domains) }
    this.privacy = new CasePrivacy({ payload: 'strip', addresses: 'pseudonymise', ...this.#listed }, kept)
    this.#id = kept.id
  }

  get map(): KeptMap {
    return { ...this.privacy.map, id: this.#id, listed: this.#listed }
  }

  /** @param hints with their real names */
  renamed({ host, peer, error }: Hints): Hints {
    const named = (text: string | undefined) => text && this.privacy.text(text)
    return { host: named(host), peer: named(peer), error: named(error) }
  }

  /** Says to the service which map the file was renamed with, and what its hints are called there. @param hints with their real names */
  marked(cut: LocalCut, hints: Hints): LocalCut {
    return { ...cut, options: { ...cut.options, pseudonyms: this.#id }, names: { map: this.#id, hints: this.renamed(hints) } }
  }
}
