import { parseIp } from '../packet/address.ts'
import type { AddressTable } from './address-table.ts'
import { A_ADDRESS, B_ADDRESS, type ConnectionTable, KIND, KIND_IPV6 } from './connection-table.ts'

/** The ends that a case is about, as text, where they are known: connections between them are given up last. */
export interface Interest {
  readonly host: string | undefined
  readonly peer: string | undefined
}

/** Whether a connection in a table is between the ends that are known; none is where no end is. */
export function interestIn(table: ConnectionTable, addresses: AddressTable, interest: Interest | undefined): (id: number) => boolean {
  const ends = [interest?.host, interest?.peer].flatMap((text) => endOf(addresses, text))
  if (ends.length === 0) return () => false
  return (id) => {
    const { words } = table.page(id)
    const base = table.base(id)
    const version = (words[base + KIND] as number) & KIND_IPV6
    return ends.every((end) => end.version === version && (words[base + A_ADDRESS] === end.word || words[base + B_ADDRESS] === end.word))
  }
}

/** An address as a record's key has it. */
function endOf(addresses: AddressTable, text: string | undefined): { readonly version: number; readonly word: number }[] {
  const bytes = text === undefined ? undefined : parseIp(text)
  if (bytes === undefined) return []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return bytes.length === 4 ? [{ version: 0, word: view.getInt32(0) }] : [{ version: KIND_IPV6, word: addresses.intern(view, 0) }]
}
