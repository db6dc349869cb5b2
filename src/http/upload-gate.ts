import { Refusal } from '../cases/errors.ts'

/** Uploads at once in one isolate: its 128 MB are shared by all of them, at up to 12 MB each. */
const MOST = 8

let inside = 0

/** Runs `upload` if there is room for it; 503 with Retry-After where there is not. */
export async function throughGate<T>(upload: () => Promise<T>): Promise<T> {
  if (inside >= MOST)
    throw new Refusal('busy', 'too many uploads at this moment', 'Send it again in a few seconds.', { retryAfterSeconds: 5 })
  inside++
  try {
    return await upload()
  } finally {
    inside--
  }
}
