import { el } from './dom.ts'

/** Milliseconds: the browser must have begun to read the blob before its address goes. */
const KEEP = 60_000

/** Saves a blob where the browser saves downloads. */
export function save(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob)
  el('a', { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), KEEP)
}
