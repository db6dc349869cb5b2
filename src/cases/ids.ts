import type { Deps } from './deps.ts'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford's base 32: no i, l, o, u

/** `prefix_` and 26 letters: 48 bits of time, so that ids sort as they were made, and 80 random bits. */
export function newId(prefix: string, deps: Pick<Deps, 'now' | 'random'>): string {
  let time = deps.now()
  let head = ''
  for (let at = 0; at < 10; at++) {
    head = ALPHABET.charAt(time % 32) + head
    time = Math.floor(time / 32)
  }
  return `${prefix}_${head}${newToken(deps, 16)}`
}

/** Random letters, 5 bits each. */
export const newToken = (deps: Pick<Deps, 'random'>, letters: number): string =>
  [...deps.random(letters)].map((byte) => ALPHABET.charAt(byte % 32)).join('')
