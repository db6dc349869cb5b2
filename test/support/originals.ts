/** IPv4 addresses as a leak would show them: written, and as the bytes of a packet. */
export const originals = (...addresses: readonly string[]): Buffer[] =>
  addresses.flatMap((address) => [Buffer.from(address), Buffer.from(address.split('.').map(Number))])
