import type { Frame } from './frame.ts'

/** The one frame object that a reader fills again and again. */
export const newFrame = (linkType: number): Frame => {
  const buffer = new Uint8Array(0)
  return {
    buffer,
    view: new DataView(buffer.buffer),
    recordStart: 0,
    recordEnd: 0,
    start: 0,
    capturedLength: 0,
    originalLength: 0,
    seconds: 0,
    nanoseconds: 0,
    frameNumber: 0,
    linkType,
    interfaceIndex: 0,
    fileOffset: 0,
  }
}
