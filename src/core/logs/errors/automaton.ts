/**
 * Finds many phrases in one pass (Aho, Corasick 1975), a table look-up a symbol: linear whatever the text. `fold` maps symbols that count
 * as one (letters of either case); with more than 256 symbols it must be the identity.
 */
export class PhraseAutomaton {
  readonly #classes: Uint16Array
  readonly #width: number
  readonly #next: Uint16Array
  /** Phrases that end in a state; undefined for most. */
  readonly #ends: (readonly number[] | undefined)[]

  constructor(phrases: ReadonlyArray<ArrayLike<number>>, symbols: number, fold: (symbol: number) => number) {
    this.#classes = new Uint16Array(symbols)
    let classes = 1
    const classOf = new Map<number, number>()
    for (const phrase of phrases) {
      for (let i = 0; i < phrase.length; i++) {
        const symbol = fold(phrase[i] ?? 0)
        if (!classOf.has(symbol)) classOf.set(symbol, classes++)
      }
    }
    if (symbols > 256) for (const [symbol, symbolClass] of classOf) this.#classes[symbol] = symbolClass
    else for (let symbol = 0; symbol < symbols; symbol++) this.#classes[symbol] = classOf.get(fold(symbol)) ?? 0
    this.#width = classes
    const trie: Map<number, number>[] = [new Map()]
    const ends: number[][] = [[]]
    phrases.forEach((phrase, index) => {
      let state = 0
      for (let i = 0; i < phrase.length; i++) {
        const symbolClass = this.#classes[phrase[i] ?? 0] ?? 0
        let next = trie[state]?.get(symbolClass)
        if (next === undefined) {
          next = trie.length
          trie[state]?.set(symbolClass, next)
          trie.push(new Map())
          ends.push([])
        }
        state = next
      }
      ends[state]?.push(index)
    })
    this.#next = complete(trie, ends, classes)
    this.#ends = ends.map((list) => (list.length > 0 ? list : undefined))
  }

  /** The state after one symbol; start with 0. */
  step(state: number, symbol: number): number {
    return this.#next[state * this.#width + (this.#classes[symbol] ?? 0)] ?? 0
  }

  endsAt(state: number): readonly number[] | undefined {
    return this.#ends[state]
  }

  get states(): number {
    return this.#ends.length
  }
}

/** Turns the trie into a full table: breadth first, a missing edge goes where the longest proper suffix goes. */
function complete(trie: ReadonlyMap<number, number>[], ends: number[][], classes: number): Uint16Array {
  const next = new Uint16Array(trie.length * classes)
  const fail = new Array<number>(trie.length).fill(0)
  const queue: number[] = [0]
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] ?? 0
    const suffix = (fail[state] ?? 0) * classes
    if (state !== 0) next.copyWithin(state * classes, suffix, suffix + classes)
    for (const [symbol, child] of trie[state] ?? []) {
      const onSuffix = state === 0 ? 0 : (next[suffix + symbol] ?? 0)
      next[state * classes + symbol] = child
      fail[child] = onSuffix
      ends[child]?.push(...(ends[onSuffix] ?? []))
      queue.push(child)
    }
  }
  return next
}
