import { type Option, UsageError } from './command.ts'

/** A command's line, taken apart. */
export interface Arguments {
  /** A switch was given. */
  readonly has: (name: string) => boolean
  /** An option's value, the last one given. */
  readonly text: (name: string) => string | undefined
  /** What is no option, in order. */
  readonly files: readonly string[]
}

/**
 * Options may stand anywhere, as `--name value`, `--name=value` or `-n value`; after `--` everything is a file. A value may begin
 * with a dash (`--timezone -05:00`), but not look like another option of the command.
 *
 * @throws {UsageError} on an option the command does not know, or without its value
 */
export function parseArguments(words: readonly string[], options: readonly Option[]): Arguments {
  const given = new Map<string, string>()
  const files: string[] = []
  const rest = [...words]
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      files.push(...rest.splice(0))
    } else if (word.startsWith('-') && word !== '-') {
      const [flag, inline] = splitOnce(word)
      const option = find(flag, options)
      given.set(option.name, option.value === undefined ? switchValue(flag, inline) : (inline ?? nextValue(flag, option, rest, options)))
    } else {
      files.push(word)
    }
  }
  return { has: (name) => given.has(name), text: (name) => given.get(name), files }
}

function splitOnce(word: string): [string, string | undefined] {
  const at = word.indexOf('=')
  return at < 0 || !word.startsWith('--') ? [word, undefined] : [word.slice(0, at), word.slice(at + 1)]
}

const matches = (flag: string, option: Option): boolean =>
  flag === `--${option.name}` || (option.letter !== undefined && flag === `-${option.letter}`)

function find(flag: string, options: readonly Option[]): Option {
  const option = options.find((candidate) => matches(flag, candidate))
  if (option) return option
  const near = options.find(({ name }) => name.startsWith(flag.replace(/^-+/, '').slice(0, 2)))
  throw new UsageError(`there is no option ${flag}${near ? `; did you mean --${near.name}?` : ''}`)
}

function switchValue(flag: string, inline: string | undefined): string {
  if (inline !== undefined) throw new UsageError(`${flag} takes no value`)
  return ''
}

function nextValue(flag: string, option: Option, rest: string[], options: readonly Option[]): string {
  const value = rest.shift()
  if (value === undefined || options.some((other) => matches(splitOnce(value)[0], other))) {
    throw new UsageError(`${flag} needs a value: ${flag} ${option.value}`)
  }
  return value
}
