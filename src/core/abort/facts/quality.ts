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
  readonly truncated: boolean
  readonly checksumOffload: boolean
  readonly superFrames: boolean
}
