/** What a cut kept, as it will be sent: random access, so that an upload can start anywhere. A browser `Blob` or a file. */
export interface KeptBytes {
  readonly size: number
  readonly read: (from: number, to: number) => Promise<Uint8Array>
}
