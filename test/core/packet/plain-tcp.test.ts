import fc from 'fast-check'
import { expect, it } from 'vitest'
import { newFrame } from '../../../src/core/capture/new-frame.ts'
import { decode } from '../../../src/core/packet/decode.ts'
import { decodeEthernet } from '../../../src/core/packet/ethernet.ts'
import { Packet } from '../../../src/core/packet/packet.ts'
import { decodePlainTcp } from '../../../src/core/packet/plain-tcp.ts'
import { packets } from '../../support/capture-builder.ts'

const BUILT = packets(`
  0.0 host > peer SYN mss=1460 ws=8 sack
  0.1 peer > host PSH ACK len=70 vlan=5
  0.2 host > peer FIN ACK
  0.3 host > peer ACK len=700 snap=80
`)

function frameOf(bytes: Uint8Array, originalLength: number) {
  const frame = newFrame(1)
  frame.buffer = bytes
  frame.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  frame.capturedLength = bytes.length
  frame.originalLength = originalLength
  return frame
}

it('takes SYN, data in a VLAN, FIN and a cut segment in one step', () => {
  expect(BUILT.map(({ bytes, originalLength }) => decodePlainTcp(frameOf(bytes, originalLength), new Packet()))).toEqual([
    true,
    true,
    true,
    true,
  ])
})

it('says of every frame, damaged ones too, what the decoders of the layers say', () => {
  const damage = fc.array(fc.record({ at: fc.nat(59), byte: fc.integer({ min: 0, max: 255 }) }), { maxLength: 3 })
  fc.assert(
    fc.property(fc.constantFrom(...BUILT), damage, fc.nat(100), fc.nat(30), (built, changes, cut, padding) => {
      const bytes = new Uint8Array([...built.bytes.subarray(0, 100 - cut + 40), ...new Uint8Array(padding)])
      for (const { at, byte } of changes) if (at < bytes.length) bytes[at] = byte
      const frame = frameOf(bytes, Math.max(bytes.length, built.originalLength))
      const inOneStep = new Packet()
      const byLayer = new Packet()
      decode(frame, inOneStep)
      byLayer.reset(frame)
      decodeEthernet(byLayer, frame.start)
      expect(inOneStep).toEqual(byLayer)
    }),
    { numRuns: 2000 },
  )
})
