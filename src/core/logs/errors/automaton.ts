const SYMBOLS = 65_536 // UTF-16 code units

/** Finds many phrases in one pass (Aho, Corasick 1975), a table look-up a code unit: linear whatever the text. */
export class PhraseAutomaton {
  /** Code units that no phrase has are all of class 0. */
  readonly #classes = new Uint16Array(SYMBOLS)
  readonly #width: number
  readonly #next: Uint16Array
  /** Phrases that end in a state; undefined for most. */
  readonly #ends: (readonly number[] | undefined)[]

  constructor(phrases: readonly string[]) {
    let classes = 1
    for (const phrase of phrases) {
      for (let i = 0; i < phrase.length; i++) {
        const symbol = phrase.charCodeAt(i)
        if (this.#classes[symbol] === 0) this.#classes[symbol] = classes++
      }
    }
    this.#width = classes
    const trie: Map<number, number>[] = [new Map()]
    const ends: number[][] = [[]]
    phrases.forEach((phrase, index) => {
      let state = 0
      for (let i = 0; i < phrase.length; i++) {
        const symbolClass = this.#classes[phrase.charCodeAt(i)] ?? 0
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
