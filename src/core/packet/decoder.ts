import type { Packet } from './packet.ts'

/** Decodes the layer that starts at `offset` of `packet.buffer`, and what it carries; stops with `packet.stop` where it cannot. True: understood. */
export type LayerDecoder = (packet: Packet, offset: number) => boolean

/** More nested headers than this are an attack or damage. */
export const MAX_TUNNELS = 8
