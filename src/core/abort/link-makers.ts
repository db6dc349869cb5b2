/** Who made the interface that a link address belongs to, where it is a known maker of printers or of network devices. */
export interface LinkMaker {
  readonly name: string
  readonly makes: 'printers' | 'network devices'
}

/**
 * First three octets of link addresses. A selection: a hint and no more, as any maker's interface may sit in any device, and a MAC seen
 * on a link is that of the last machine that sent the frame.
 *
 * Source: IEEE Registration Authority, MAC Address Block Large (public listing).
 */
const PREFIXES: readonly (readonly [maker: string, makes: LinkMaker['makes'], prefixes: readonly string[]])[] = [
  ['Brother', 'printers', ['00:1b:a9', '00:80:77']],
  ['Canon', 'printers', ['00:1e:8f', '00:00:85']],
  ['Fujifilm Business Innovation', 'printers', ['08:00:37']],
  ['Kyocera', 'printers', ['00:c0:ee']],
  ['Konica Minolta', 'printers', ['00:20:6b', '00:50:aa']],
  ['Lexmark', 'printers', ['00:04:00', '00:20:00', '00:21:b7']],
  ['Oki', 'printers', ['00:80:87', '00:25:36']],
  ['Ricoh', 'printers', ['00:00:74', '00:26:73']],
  ['Seiko Epson', 'printers', ['00:00:48', '00:26:ab']],
  ['Silex', 'printers', ['00:80:92']],
  ['Xerox', 'printers', ['00:00:aa']],
  ['Zebra', 'printers', ['00:07:4d', '00:15:70', '00:a0:f8']],
  ['Arista', 'network devices', ['00:1c:73']],
  ['Check Point', 'network devices', ['00:1c:7f']],
  ['Cisco', 'network devices', ['00:00:0c']],
  ['Extreme Networks', 'network devices', ['00:e0:2b']],
  ['F5', 'network devices', ['00:01:d7']],
  ['Fortinet', 'network devices', ['00:09:0f', '70:4c:a5']],
  ['Juniper', 'network devices', ['00:10:db', '28:c0:da']],
  ['Palo Alto Networks', 'network devices', ['00:1b:17']],
  ['RouterBoard', 'network devices', ['4c:5e:0c']],
  ['SonicWall', 'network devices', ['00:06:b1', '00:17:c5']],
  ['WatchGuard', 'network devices', ['00:90:7f']],
]

const MAKERS: ReadonlyMap<string, LinkMaker> = new Map(
  PREFIXES.flatMap(([name, makes, prefixes]) => prefixes.map((prefix) => [prefix, { name, makes }] as const)),
)

/** @param mac lower case with colons */
export const makerOf = (mac: string): LinkMaker | undefined => MAKERS.get(mac.slice(0, 8))

/** The address, and whose it is where that is known: `00:1b:a9:00:00:01 (Brother)`. */
export const withMaker = (mac: string): string => {
  const maker = makerOf(mac)
  return maker ? `${mac} (${maker.name})` : mac
}
