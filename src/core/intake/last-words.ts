import { ANSWER_BYTES, decodeAnswer } from '../abort/report/decode-answer.ts'
import { destinationText, sourceText } from '../packet/address.ts'
import { type Packet, SYN } from '../packet/packet.ts'
import type { LastWord } from './receipt.ts'

/** Directions of connections followed at once, with the first bytes of what each said last: 2 MB. */
const FOLLOWED = 4096
/** Most last words of one receipt, about 250 bytes each. */
export const MOST_LAST_WORDS = 2000

interface Speaker {
  readonly from: { readonly ip: string; readonly port: number }
  readonly to: { readonly ip: string; readonly port: number }
  /** One past the highest sequence number said. */
  end: number
  frame: number
  bytes: number
  readonly head: Uint8Array
  headLength: number
}

/**
 * Hears what each side of each connection of one cut capture said last, before its payload is cut away: what it means, never its text.
 * Feed every kept packet in order; frames are counted here.
 */
export class LastWords {
  /** The one that spoke last stands last. */
  readonly #speakers = new Map<string, Speaker>()
  #known: LastWord[] = []
  #frame = 0

  see(packet: Packet): void {
    this.#frame++
    if (packet.kind !== 'tcp') return
    const isSyn = (packet.flags & SYN) !== 0
    if (!isSyn && packet.payloadCaptured === 0) return
    const [from, to] = [sourceText(packet), destinationText(packet)]
    const key = `${from} ${packet.sourcePort} ${to} ${packet.destinationPort}`
    if (isSyn) this.#close(key)
    if (packet.payloadCaptured === 0) return
    const known = this.#speakers.get(key)
    const end = (packet.seq + packet.payloadLength) >>> 0
    if (known && !isNews(known, end, packet.payloadLength)) return
    const speaker = known ?? {
      from: { ip: from, port: packet.sourcePort },
      to: { ip: to, port: packet.destinationPort },
      ...{ end, frame: 0, bytes: 0, head: new Uint8Array(ANSWER_BYTES), headLength: 0 },
    }
    speaker.end = end
    speaker.frame = this.#frame
    speaker.bytes = packet.payloadLength
    speaker.headLength = Math.min(ANSWER_BYTES, packet.payloadCaptured)
    speaker.head.set(packet.buffer.subarray(packet.payloadStart, packet.payloadStart + speaker.headLength))
    this.#speakers.delete(key)
    this.#speakers.set(key, speaker)
    if (this.#speakers.size > FOLLOWED) this.#close(this.#speakers.keys().next().value ?? '')
  }

  /** Once. In the order of the frames; of too many, those said last. Words in no protocol known here are left out. */
  result(): LastWord[] {
    for (const key of [...this.#speakers.keys()]) this.#close(key)
    this.#forgetFirst()
    return this.#known
  }

  #close(key: string): void {
    const speaker = this.#speakers.get(key)
    if (!speaker) return
    this.#speakers.delete(key)
    const { from, to, frame, bytes, head, headLength } = speaker
    const { protocol, meaning } = decodeAnswer(head.subarray(0, headLength), from.port, false)
    if (protocol === 'unknown') return
    this.#known.push({ frame, from, to, bytes, protocol, meaning })
    if (this.#known.length >= 2 * MOST_LAST_WORDS) this.#forgetFirst()
  }

  #forgetFirst(): void {
    this.#known = this.#known.sort((a, b) => a.frame - b.frame).slice(-MOST_LAST_WORDS)
  }
}

/** New bytes, or the same segment again; not a keep-alive's old byte (RFC 9293 §3.8.4). */
const isNews = (speaker: Speaker, end: number, bytes: number): boolean =>
  (end - speaker.end) | 0 ? ((end - speaker.end) | 0) > 0 : bytes === speaker.bytes
