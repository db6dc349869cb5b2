/** Tries to become markup, a mention, an issue, a link, an image, code, a command or a heading. */
const HOSTILE =
  '"\'><script>alert(1)</script><img src=x onerror=alert(1)>]]>&lt;\u202E{{7*7}} @octocat #12 [x](http://evil.example) ![p](//evil.example/p.png) `code` /close\n# heading'

/** Every string of a diagnosis that can come from a customer's file, replaced. */
export function withHostileText<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withHostileText) as T
  if (typeof value !== 'object' || value === null) return value
  const fixed = new Set([
    'cause',
    'abortedBy',
    'mechanism',
    'lookAt',
    'kind',
    'from',
    'to',
    'at',
    'owner',
    'protocol',
    'vantage',
    'source',
    'startedAt',
    'endedAt',
    'flags',
  ])
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, typeof each === 'string' ? (fixed.has(key) ? each : HOSTILE) : withHostileText(each)]),
  ) as T
}
