import type { FoundStamp } from './line-shape.ts'
import { leadingStamp } from './line-shape.ts'
import type { WindowsEvent } from './record.ts'

/** Characters of an event in which its `System` part lies: it comes first. */
const SYSTEM = 8192

/** What one `<Event>` element says about itself, and its `System/TimeCreated`. */
export function readEventXml(xml: string): { event: WindowsEvent; found: FoundStamp | undefined } {
  const close = xml.indexOf('</System>')
  const system = xml.slice(0, close < 0 ? SYSTEM : Math.min(close, SYSTEM))
  const provider = elementHead(system, 'Provider')
  return {
    event: {
      provider: attribute(provider, 'Name') ?? attribute(provider, 'EventSourceName') ?? '',
      id: Number(content(system, 'EventID') ?? 0),
      level: numberOf(content(system, 'Level')),
      channel: content(system, 'Channel'),
      computer: content(system, 'Computer'),
      recordId: numberOf(content(system, 'EventRecordID')),
    },
    found: leadingStamp(attribute(elementHead(system, 'TimeCreated'), 'SystemTime') ?? '', 'dated'),
  }
}

const numberOf = (text: string | undefined): number | undefined =>
  text === undefined || text === '' || Number.isNaN(Number(text)) ? undefined : Number(text)

/** `<Name …` up to its `>`. */
function elementHead(xml: string, name: string): string {
  for (let at = xml.indexOf(`<${name}`); at >= 0; at = xml.indexOf(`<${name}`, at + 1)) {
    if (' >/\r\n\t'.includes(xml[at + name.length + 1] ?? '>')) {
      const end = xml.indexOf('>', at)
      return xml.slice(at, end < 0 ? undefined : end + 1)
    }
  }
  return ''
}

function attribute(head: string, name: string): string | undefined {
  const at = head.indexOf(`${name}=`)
  const quote = at < 0 ? '' : (head[at + name.length + 1] ?? '')
  if (quote !== '"' && quote !== "'") return undefined
  const end = head.indexOf(quote, at + name.length + 2)
  return end < 0 ? undefined : unescaped(head.slice(at + name.length + 2, end))
}

function content(xml: string, name: string): string | undefined {
  const head = elementHead(xml, name)
  if (head === '' || head.endsWith('/>')) return undefined
  const from = xml.indexOf(head) + head.length
  const end = xml.indexOf('<', from)
  return unescaped(xml.slice(from, end < 0 ? undefined : end).trim()).slice(0, 512)
}

const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&apos;', "'").replaceAll('&quot;', '"').replaceAll('&amp;', '&')
