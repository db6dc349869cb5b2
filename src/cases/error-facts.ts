/**
 * What a log line may say of an error: its name and where it was thrown. Not its message, which may quote a customer's file (JSON.parse does).
 */
export function errorFacts(error: unknown): { readonly error: string; readonly at: string | null } {
  if (!(error instanceof Error)) return { error: typeof error, at: null }
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    error: error.name,
    at:
      frames
        .slice(0, 6)
        .map((line) => line.trim())
        .join(' ') || null,
  }
}
