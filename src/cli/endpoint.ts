import { UsageError } from './command.ts'

/** An address as `--peer IP[:PORT]` names it; brackets round IPv6 are always allowed, and needed before a port. */
export interface EndpointOption {
  readonly ip: string
  readonly port: number | undefined
}

/** @throws {UsageError} when it is no address, or the port is none */
export function readEndpoint(flag: string, text: string): EndpointOption {
  const bracketed = /^\[([0-9a-fA-F:.%\w]+)\](?::(\d+))?$/.exec(text)
  const plain = /^(\d{1,3}(?:\.\d{1,3}){3})(?::(\d+))?$/.exec(text)
  const bare = /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*:[0-9a-fA-F:.]*$/.test(text) ? text : undefined
  const ip = (bracketed?.[1] ?? plain?.[1] ?? bare)?.toLowerCase()
  if (ip === undefined || (plain && ip.split('.').some((part) => Number(part) > 255))) {
    throw new UsageError(`${flag} ${text}: this is no IP address. Write 10.0.0.9, 10.0.0.9:9100, 2001:db8::9 or [2001:db8::9]:9100`)
  }
  const port = bracketed?.[2] ?? plain?.[2]
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) {
    throw new UsageError(`${flag} ${text}: a port is between 1 and 65535`)
  }
  return { ip, port: port === undefined ? undefined : Number(port) }
}

/** The same, written. */
export function endpointText({ ip, port }: EndpointOption): string {
  if (port === undefined) return ip
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`
}
