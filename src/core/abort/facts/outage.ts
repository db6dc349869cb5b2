import type { Pointer } from '../facts.ts'

/** Connections of the host to several peers that fell silent at the same moment. */
export interface Outage {
  readonly since: number
  readonly dead: readonly { readonly ip: string; readonly port: number; readonly silentSince: number; readonly last: Pointer }[]
  /** Peers that were still answering after that moment. */
  readonly alive: readonly string[]
}
