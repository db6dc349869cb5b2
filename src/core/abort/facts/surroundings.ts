/** What one capture shows besides the connections themselves: address resolution and ICMP errors. Bounded; see `watch-surroundings.ts`. */
export interface NeighborMessage {
  readonly capture: number
  readonly frame: number
  readonly at: number
  readonly kind: 'request' | 'reply' | 'announcement'
  /** Whose address is asked for, or told. */
  readonly ip: string
  /** Request: the asker's MAC; else the MAC that is bound to `ip`. */
  readonly mac: string
  readonly sender: string
}

export interface IcmpError {
  readonly capture: number
  readonly frame: number
  readonly at: number
  /** The machine that sent the message. */
  readonly from: string
  readonly version: 4 | 6
  readonly type: number
  readonly code: number
  readonly mtu: number
  /** The packet that it quotes, as it was sent. */
  readonly quoted: {
    readonly protocol: number
    readonly sourceIp: string
    readonly sourcePort: number
    readonly destinationIp: string
    readonly destinationPort: number
  }
}

export interface Surroundings {
  readonly neighbors: readonly NeighborMessage[]
  readonly icmp: readonly IcmpError[]
  /** Messages beyond the bound. */
  readonly leftOut: number
}

/** RFC 792 type 3 and RFC 4443 type 1; "fragmentation needed" and "packet too big" are path MTU discovery, not an end. */
export const isUnreachable = (error: IcmpError): boolean => (error.version === 4 ? error.type === 3 && error.code !== 4 : error.type === 1)

export const isTooBig = (error: IcmpError): boolean => (error.version === 4 ? error.type === 3 && error.code === 4 : error.type === 2)
