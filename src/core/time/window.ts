/** Half-open `[fromNs, toNs)`, nanoseconds since the Unix epoch, UTC. */
export interface Window {
  readonly fromNs: bigint
  readonly toNs: bigint
}

/** Everything: a window that holds any time stamp. */
export const ALWAYS: Window = { fromNs: -(1n << 62n), toNs: 1n << 62n }

export const contains = (window: Window, timestampNs: bigint): boolean => timestampNs >= window.fromNs && timestampNs < window.toNs

/** Longer than any FIN-WAIT-2 that a Windows socket survives. */
export const DEFAULT_BEFORE_SECONDS = 330
export const DEFAULT_AFTER_SECONDS = 60
export const DEFAULT_TOLERANCE_SECONDS = 120

/** Seconds before and after the incident; `tolerance` widens both sides. */
export interface Margins {
  readonly before?: number | undefined
  readonly after?: number | undefined
  readonly tolerance?: number | undefined
}

/** The window round an incident, as the contract's "window" says. */
export function windowRound(incidentAtNs: bigint, margins: Margins = {}): Window {
  const { before = DEFAULT_BEFORE_SECONDS, after = DEFAULT_AFTER_SECONDS, tolerance = DEFAULT_TOLERANCE_SECONDS } = margins
  const ns = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9))
  return { fromNs: incidentAtNs - ns(before + tolerance), toNs: incidentAtNs + ns(after + tolerance) }
}
