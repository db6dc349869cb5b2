/**
 * One packet record, as the scanner shows it to a visitor. The scanner reuses one object and one buffer: everything here is
 * valid during the call only.
 */
export interface Frame {
  /** Holds the whole record, contiguous. */
  buffer: Uint8Array
  view: DataView
  /** The record (header and options included) in `buffer`: what a cut copies. */
  recordStart: number
  recordEnd: number
  /** The first byte of the frame itself in `buffer`. */
  start: number
  /** Bytes of the frame in the file. */
  capturedLength: number
  /** Bytes of the frame on the wire. */
  originalLength: number
  /** Whole seconds since the Unix epoch, UTC; NaN where the record has no time (pcapng simple packet block). */
  seconds: number
  /** 0 … 999,999,999 */
  nanoseconds: number
  /** 1-based position among the packets of the file: the number Wireshark shows. */
  frameNumber: number
  /** LINKTYPE_ value from the tcpdump.org registry (FCS bits removed). */
  linkType: number
  /** Index of the interface in the file, over all sections. 0 for pcap. */
  interfaceIndex: number
  /** Offset of the record in the (uncompressed) file. */
  fileOffset: number
}

export type FrameVisitor = (frame: Frame) => void
