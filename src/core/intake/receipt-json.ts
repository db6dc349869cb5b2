import { DigestList } from './digest-list.ts'
import type { CutReceipt } from './receipt.ts'

/**
 * The JSON text of anything that holds receipts, in pieces: their digests, which may have megabytes, are never gathered. Each piece is
 * valid until the next is asked for.
 */
export function* jsonPieces(value: unknown): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  let text = ''
  for (const part of parts(value)) {
    if (typeof part === 'string') text += part
    else {
      if (text !== '') yield encoder.encode(text)
      text = ''
      yield part
    }
  }
  yield encoder.encode(text)
}

function* parts(value: unknown): Generator<string | Uint8Array> {
  if (value instanceof DigestList) yield* value.pieces()
  else if (!holdsList(value)) yield JSON.stringify(value)
  else if (Array.isArray(value)) {
    for (const [index, each] of value.entries()) {
      yield index === 0 ? '[' : ','
      yield* parts(each)
    }
    yield ']'
  } else {
    const entries = Object.entries(value).filter(([, each]) => each !== undefined)
    for (const [index, [key, each]] of entries.entries()) {
      yield `${index === 0 ? '{' : ','}${JSON.stringify(key)}:`
      yield* parts(each)
    }
    yield '}'
  }
}

/** Lists of a receipt hold texts and numbers, but for the case's files and a form's outcomes: those have names for keys. */
function holdsList(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (value instanceof DigestList) return true
  if (Array.isArray(value) && !isObject(value[0])) return false
  return Object.values(value).some(holdsList)
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value)

/** A receipt to be read by people: indented, each connection of its digest on a line. Pieces are valid until the next is asked for. */
export function* indentedPieces(receipt: Omit<CutReceipt, 'by'>): Generator<Uint8Array> {
  const encoder = new TextEncoder()
  const { flowDigest } = receipt
  const text = `${JSON.stringify({ ...receipt, flowDigest: flowDigest && { ...flowDigest, connections: [] } }, null, 2)}\n`
  const list = '\n  "flowDigest": {\n    "connections": ['
  const at = flowDigest === null ? -1 : text.indexOf(list)
  if (flowDigest === null || at < 0) return yield encoder.encode(text)
  yield encoder.encode(text.slice(0, at + list.length))
  let isFirst = true
  for (const connection of flowDigest.connections) {
    yield encoder.encode(`${isFirst ? '' : ','}\n      ${JSON.stringify(connection)}`)
    isFirst = false
  }
  yield encoder.encode(`${isFirst ? '' : '\n    '}${text.slice(at + list.length)}`)
}

/** The receipt with its digest as plain objects: what can be cloned, and held against the schema. */
export function plainReceipt(receipt: CutReceipt): CutReceipt {
  const { flowDigest } = receipt
  return flowDigest === null ? receipt : { ...receipt, flowDigest: { ...flowDigest, connections: [...flowDigest.connections] } }
}
