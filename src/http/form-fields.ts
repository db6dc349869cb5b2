import { Refusal } from '../cases/errors.ts'
import { FileOptions } from '../core/intake/receipt.ts'

const NUMBERS = new Set(['incidentToleranceSeconds'])
const FLAGS = new Map<string, unknown>([
  ['true', true],
  ['false', false],
])
const LISTS = new Set(['asks'])

type Nested = Record<string, string | number>

/** Names come from the caller: without a prototype, `__proto__` is a name like any other. */
const bare = <T extends object>(): T => Object.create(null) as T

/** The fields of a form as the JSON that `POST /v1/cases` takes: `ticket[id]` nests, `asks` may repeat or hold commas. */
export class FormFields {
  readonly #value = bare<Record<string, unknown>>()

  add(name: string, value: string): void {
    const nested = /^(\w+)\[(\w+)\]$/.exec(name)
    const [, outer, inner] = nested ?? []
    if (outer !== undefined && inner !== undefined) this.#nest(outer, inner, value)
    else if (LISTS.has(name)) this.#value[name] = [...this.#list(name), ...value.split(',').map((item) => item.trim())]
    else if (value.startsWith('{')) this.#value[name] = parseObject(name, value)
    else if (name === 'showReport') this.#value[name] = FLAGS.get(value) ?? value
    else this.#value[name] = NUMBERS.has(name) ? asNumber(value) : value
  }

  value(): Readonly<Record<string, unknown>> {
    return this.#value
  }

  #list(name: string): unknown[] {
    const known = this.#value[name]
    return Array.isArray(known) ? known : []
  }

  #nest(outer: string, inner: string, value: string): void {
    const known = this.#value[outer]
    const object: Nested = typeof known === 'object' && known !== null ? (known as Nested) : bare<Nested>()
    object[inner] = outer === 'window' ? asNumber(value) : value
    this.#value[outer] = object
  }
}

/** A form knows only text; what is no number stays text, for the schema to judge. */
const asNumber = (text: string): string | number => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : text)

function parseObject(name: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new Refusal('bad-request', `the field "${name}" is no JSON`, 'Send JSON, or its members one by one as name[member].')
  }
}

/** `options[NAME]` of a file: JSON, or `timezone=+02:00,vantage=peer` as on the command line. */
export function readFileOptions(text: string): FileOptions {
  if (text.trimStart().startsWith('{')) return FileOptions.parse(parseObject('options', text))
  const pairs = text.split(/[,&]/).filter((pair) => pair.trim() !== '')
  const entries = pairs.map((pair): [string, string] => {
    const equals = pair.indexOf('=')
    if (equals < 1) throw new Refusal('bad-request', 'file options are written name=value', 'For instance timezone=+02:00,vantage=peer.')
    return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()]
  })
  return FileOptions.parse(Object.fromEntries(entries))
}
