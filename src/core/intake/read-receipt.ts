import { z } from 'zod'
import type { Chunks } from '../bytes/chunks.ts'
import { InputError } from '../errors.ts'
import { DigestList } from './digest-list.ts'
import { CutReceipt, DigestConnection, MOST_DIGESTED } from './receipt.ts'
import { ReceiptScanner } from './receipt-scanner.ts'

const LONGEST_DIGEST = 16 * 1024 * 1024 // bytes

/** In a bundle a receipt does not say who cut the file. */
const BundledReceipt = CutReceipt.extend({ by: CutReceipt.shape.by.default('client') })

/**
 * A cut receipt from its JSON, read as it streams: connections of its digest are looked at one by one and held as text.
 *
 * @param from `outside`, `bundle`: every field is checked, and what the schema does not name is left out; `store`: it was checked before
 * @throws {InputError} bad-receipt
 */
export async function readReceipt(chunks: Chunks, from: 'outside' | 'bundle' | 'store'): Promise<CutReceipt> {
  const connections = new DigestList()
  const scanner = new ReceiptScanner((element) => {
    if (connections.length === MOST_DIGESTED || connections.bytes > LONGEST_DIGEST) throw new SyntaxError('its digest is too long')
    if (from === 'store') connections.addBytes(element)
    else connections.add(DigestConnection.parse(JSON.parse(new TextDecoder().decode(element))))
  })
  try {
    for await (const chunk of chunks) scanner.push(chunk)
    const left = scanner.end()
    const rest = from === 'store' ? (left as CutReceipt) : (from === 'bundle' ? BundledReceipt : CutReceipt).parse(left)
    return rest.flowDigest === null ? rest : { ...rest, flowDigest: { ...rest.flowDigest, connections } }
  } catch (error) {
    if (error instanceof SyntaxError) throw badReceipt('it is not JSON of the right form')
    if (error instanceof z.ZodError) throw badReceipt('it does not fit the schema')
    throw error
  }
}

/** @param why completes the sentence */
export const badReceipt = (why: string): InputError =>
  new InputError(
    'bad-receipt',
    `the cut receipt cannot be taken: ${why}`,
    'Let hangup send or the page make it, for the file as it was sent.',
  )
