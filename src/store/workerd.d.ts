/** What workerd has beyond the DOM's types and this project uses as a global. */
declare class FixedLengthStream {
  constructor(length: number)
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
}

/** The bundler hands YAML over as text. */
declare module '*.yaml' {
  const text: string
  export default text
}
