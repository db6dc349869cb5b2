import { closeSync, openSync, writeSync } from 'node:fs'

export interface TrackInput {
  readonly connections: number
  /** Data segments of each connection. */
  readonly segments: number
  /** Payload bytes of a data segment on the wire. */
  readonly payload: number
  readonly snaplen: number
  /** Connections that are open at the same time. */
  readonly concurrent: number
}

const BUFFER = 1 << 20
const LINK_AND_HEADERS = 14 + 20 + 32
const CLIENT_STEPS = 3

/** A connection's packets in order: handshake, segments each acknowledged, both FINs. */
interface Flow {
  readonly address: number
  readonly port: number
  step: number
}

/** Writes a pcap of interleaved TCP connections with TCP time stamps, the same for the same numbers. Returns the packets. */
export function writeTrackInput(path: string, input: TrackInput): number {
  const writer = new PcapWriter(path, input.snaplen)
  const steps = CLIENT_STEPS + 2 * input.segments + 3
  const open: Flow[] = []
  let begun = 0
  let random = 12345
  while (begun < input.connections || open.length > 0) {
    if (begun < input.connections && open.length < input.concurrent) {
      open.push({ address: 0x0a000000 + (begun >> 12), port: 2048 + (begun & 4095) * 8, step: 0 })
      begun++
    }
    random = (Math.imul(random, 1103515245) + 12345) >>> 0
    const index = (random >>> 8) % open.length
    const flow = open[index]
    if (flow === undefined) continue
    writer.step(flow, input)
    if (++flow.step === steps) open[index] = open[open.length - 1] ?? flow
    if (flow.step === steps) open.pop()
  }
  return writer.close()
}

class PcapWriter {
  readonly #file: number
  readonly #snaplen: number
  readonly #bytes = new Uint8Array(BUFFER)
  readonly #view = new DataView(this.#bytes.buffer)
  #at = 24
  #packets = 0

  constructor(path: string, snaplen: number) {
    this.#file = openSync(path, 'w')
    this.#snaplen = snaplen
    const header = [0xa1b2c3d4, 0x00020004, 0, 0, snaplen, 1]
    header.forEach((word, index) => {
      this.#view.setUint32(4 * index, index === 1 ? 0x00040002 : word, true)
    })
  }

  step(flow: Flow, input: TrackInput): void {
    const { step } = flow
    const inData = step - CLIENT_STEPS
    const data = Math.min(Math.max(0, (inData + 1) >> 1), input.segments) * input.payload
    const afterData = inData - 2 * input.segments
    if (step === 0) this.#packet(flow, true, 2, 0, 0, 0)
    else if (step === 1) this.#packet(flow, false, 18, 0, 1, 0)
    else if (step === 2) this.#packet(flow, true, 16, 1, 1, 0)
    else if (afterData === 0) this.#packet(flow, true, 17, 1 + data, 1, 0)
    else if (afterData === 1) this.#packet(flow, false, 17, 1, 2 + data, 0)
    else if (afterData === 2) this.#packet(flow, true, 16, 2 + data, 2, 0)
    else if (inData % 2 === 0) this.#packet(flow, true, 24, 1 + data, 1, input.payload)
    else this.#packet(flow, false, 16, 1, 1 + data, 0)
  }

  #packet(flow: Flow, fromClient: boolean, flags: number, seq: number, ack: number, payload: number): void {
    const original = LINK_AND_HEADERS + payload
    const captured = Math.min(original, this.#snaplen)
    if (this.#at + 16 + captured > BUFFER) this.#flush()
    const view = this.#view
    const record = this.#at
    const micros = 1_700_000_000_000_000 + this.#packets * 10
    view.setUint32(record, Math.floor(micros / 1e6), true)
    view.setUint32(record + 4, micros % 1e6, true)
    view.setUint32(record + 8, captured, true)
    view.setUint32(record + 12, original, true)
    this.#bytes.fill(0, record + 16, record + 16 + captured)
    this.#headers(record + 16, flow, fromClient, flags, seq, ack, payload)
    this.#at = record + 16 + captured
    this.#packets++
  }

  #headers(at: number, flow: Flow, fromClient: boolean, flags: number, seq: number, ack: number, payload: number): void {
    const view = this.#view
    view.setUint16(at + 12, 0x0800)
    view.setUint16(at + 4, fromClient ? 1 : 2)
    view.setUint16(at + 10, fromClient ? 2 : 1)
    const ip = at + 14
    view.setUint8(ip, 0x45)
    view.setUint16(ip + 2, 52 + payload)
    view.setUint16(ip + 4, flow.step + 1)
    view.setUint8(ip + 8, fromClient ? 128 : 64)
    view.setUint8(ip + 9, 6)
    view.setUint32(ip + 12, fromClient ? flow.address : 0xc0a80009)
    view.setUint32(ip + 16, fromClient ? 0xc0a80009 : flow.address)
    const tcp = ip + 20
    view.setUint16(tcp, fromClient ? flow.port : 9100)
    view.setUint16(tcp + 2, fromClient ? 9100 : flow.port)
    const client = Math.imul(flow.port ^ flow.address, 0x9e3779b1) >>> 0
    view.setUint32(tcp + 4, ((fromClient ? client : ~client) + seq) >>> 0)
    view.setUint32(tcp + 8, flags & 16 ? ((fromClient ? ~client : client) + ack) >>> 0 : 0)
    view.setUint16(tcp + 12, 0x8000 | flags)
    view.setUint16(tcp + 14, 0xfaf0)
    view.setUint32(tcp + 20, 0x0101080a)
    view.setUint32(tcp + 24, this.#packets)
  }

  #flush(): void {
    writeSync(this.#file, this.#bytes, 0, this.#at)
    this.#at = 0
  }

  close(): number {
    this.#flush()
    closeSync(this.#file)
    return this.#packets
  }
}
