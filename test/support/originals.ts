import { gunzipSync } from 'node:zlib'
import { unzipSync } from 'fflate'

/** IPv4 addresses as a leak would show them: written, and as the bytes of a packet. */
export const originals = (...addresses: readonly string[]): Buffer[] =>
  addresses.flatMap((address) => [Buffer.from(address), Buffer.from(address.split('.').map(Number))])

/** An IPv6 address (eight groups of four digits) in every form that a log or a packet gives it. */
export function ipv6Forms(groups: readonly string[]): Buffer[] {
  const short = groups.map((group) => group.replace(/^0{1,3}/, ''))
  const folded = short.join(':').replace(/(?:^|:)(?:0:){2,}0?/, '::')
  const bytes = Buffer.from(groups.join(''), 'hex')
  const mixed = `${short.slice(0, 6).join(':')}:${[...bytes.subarray(12)].join('.')}`
  return [groups.join(':'), short.join(':'), folded, mixed].flatMap(cased).concat(bytes)
}

/** A MAC address (twelve digits) as logs and packets write it. */
export function macForms(digits: string): Buffer[] {
  const by = (size: number, separator: string) => (digits.match(new RegExp(`.{${size}}`, 'g')) ?? []).join(separator)
  return [by(2, ':'), by(2, '-'), by(4, '.'), digits].flatMap(cased).concat(Buffer.from(digits, 'hex'))
}

/** A word in small and capital letters, in the encodings of logs. */
export const wordForms = (...words: readonly string[]): Buffer[] =>
  words.flatMap(cased).flatMap((form) => [form, Buffer.from(form.toString('utf8'), 'utf16le')])

const cased = (text: string): Buffer[] => [Buffer.from(text.toLowerCase()), Buffer.from(text.toUpperCase()), Buffer.from(text)]

/** What of `secrets` is found in the bytes as they are, and in what they hold packed (gzip, ZIP). */
export function leaksIn(bytes: Uint8Array, secrets: readonly Buffer[]): string[] {
  return unpacked(Buffer.from(bytes)).flatMap((layer) =>
    secrets.filter((secret) => layer.includes(secret)).map((secret) => `${secret.toString('hex')} ${secret.toString('latin1')}`),
  )
}

function unpacked(bytes: Buffer): Buffer[] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return [bytes, ...unpacked(gunzipSync(bytes))]
  if (bytes.subarray(0, 4).toString('latin1') !== 'PK\u0003\u0004') return [bytes]
  return [bytes, ...Object.values(unzipSync(bytes)).flatMap((entry) => unpacked(Buffer.from(entry)))]
}
