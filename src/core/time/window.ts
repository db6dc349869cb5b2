/** Half-open `[fromNs, toNs)`, nanoseconds since the Unix epoch, UTC. */
export interface Window {
  readonly fromNs: bigint
  readonly toNs: bigint
}

/** Everything: a window that holds any time stamp. */
export const ALWAYS: Window = { fromNs: -(1n << 62n), toNs: 1n << 62n }

export const contains = (window: Window, timestampNs: bigint): boolean => timestampNs >= window.fromNs && timestampNs < window.toNs
