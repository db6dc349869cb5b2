/** What a capture may hide: each of these caps how sure a verdict may be. */
export interface Quality {
  /** Only one side's packets are there. */
  readonly oneSided: 'host' | 'peer' | undefined
  readonly startsMidStream: boolean
  /** Segments that the other side acknowledged, but the capture does not hold, as a share of the data segments. */
  readonly unseenShare: number
  readonly unseen: number
  /** The incident lies after the last packet of the capture. */
  readonly endsBefore: boolean
  /** Packets seen twice. */
  readonly copies: number
  /** All of its stamps are whole seconds: what came first, and how soon, is not known. */
  readonly coarseClock: boolean
  /** Packets are cut inside the TCP header (and address resolution and ICMP errors with them): windows are not known. */
  readonly headersCut: boolean
  readonly truncated: boolean
  readonly checksumOffload: boolean
  readonly superFrames: boolean
}
