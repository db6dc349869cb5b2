import { Refusal } from './errors.ts'

const LONGEST = 200 // UTF-8 bytes

/** A file's label in its case: a base name, never a path. Objects are not named by it. */
export function checkName(name: string): string {
  const bytes = new TextEncoder().encode(name).length
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused
  const bad = name === '' || name === '.' || name === '..' || /[/\\\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/.test(name)
  if (bad || bytes > LONGEST) {
    const advice = `Send a plain file name of at most ${LONGEST} bytes: no slash, no "..", no control characters.`
    throw new Refusal('bad-name', 'this is no file name', advice)
  }
  return name
}
