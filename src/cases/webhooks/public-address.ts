/** IPv4 ranges that are not the public Internet: IANA IPv4 Special-Purpose Address Registry (RFC 6890), multicast and class E. */
const NOT_PUBLIC_V4: readonly (readonly [base: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16], // link-local, and the metadata service of most clouds
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3], // multicast and reserved
]

/** Whether a literal address (IPv4 dotted, IPv6 without brackets) is on the public Internet. Anything else is not. */
export function isPublicAddress(address: string): boolean {
  if (!address.includes(':')) return isPublicV4(address)
  const groups = ipv6Groups(address)
  if (!groups) return false
  const [first = 0, second = 0] = groups
  const embedded = embeddedV4(groups)
  if (embedded !== undefined) return isPublicV4(embedded)
  // Global unicast is 2000::/3 alone (RFC 4291 §2.4); of it, documentation, benchmarking, ORCHID and Teredo are not public.
  if (first < 0x2000 || first > 0x3fff) return false
  if (first === 0x2001 && (second < 0x0200 || second === 0x0db8)) return false
  return !(first === 0x3fff && second < 0x1000)
}

function isPublicV4(address: string): boolean {
  const value = v4Value(address)
  if (value === undefined) return false
  return !NOT_PUBLIC_V4.some(([base, bits]) => {
    const size = 2 ** (32 - bits)
    return Math.floor(value / size) === Math.floor((v4Value(base) ?? 0) / size)
  })
}

function v4Value(address: string): number | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return undefined
  const parts = address.split('.').map(Number)
  if (parts.some((part) => part > 255)) return undefined
  return parts.reduce((value, part) => value * 256 + part, 0)
}

/** The IPv4 address inside a mapped (::ffff:0:0/96), compatible (::/96), NAT64 (64:ff9b::/96) or 6to4 (2002::/16) address. */
function embeddedV4(groups: readonly number[]): string | undefined {
  const dotted = (high: number, low: number): string => [high >> 8, high & 255, low >> 8, low & 255].join('.')
  const [first, second] = groups
  const low: [number, number] = [groups[6] ?? 0, groups[7] ?? 0]
  if (first === 0x2002) return dotted(second ?? 0, groups[2] ?? 0)
  // Of 64:ff9b::/32 only the well-known prefix is public; 64:ff9b:1::/48 is for use inside a network (RFC 8215).
  if (first === 0x64 && second === 0xff9b && groups.slice(2, 6).every((group) => group === 0)) return dotted(...low)
  const leading = groups.slice(0, 5).every((group) => group === 0)
  return leading && (groups[5] === 0xffff || groups[5] === 0) ? dotted(...low) : undefined
}

/** The eight groups, as the URL parser writes them. */
function ipv6Groups(address: string): number[] | undefined {
  if (!URL.canParse(`http://[${address}]/`)) return undefined
  const written = new URL(`http://[${address}]/`).hostname.slice(1, -1)
  const [head = '', tail] = written.split('::')
  const groups = (part: string): number[] => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const before = groups(head)
  if (tail === undefined) return before
  const after = groups(tail)
  return [...before, ...new Array<number>(8 - before.length - after.length).fill(0), ...after]
}
